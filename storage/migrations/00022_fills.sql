-- +goose Up
alter table query add column filled_to bigint not null default 0; -- until filled: the last mention that it looked at since it was changed
