-- +goose Up

-- listen: what public pages call a source that is not read; empty: its kind alone
alter table source add column shown text not null default '';
