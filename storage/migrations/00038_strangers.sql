-- +goose Up
-- What strangers sent to a source, and was refused: the source itself works. Conventions as in 00001.

alter table source add column refused bigint not null default 0;     -- so many since something good came
alter table source add column refused_at bigint not null default 0;  -- the last of them
alter table source add column refused_why text not null default '';  -- why the last of them was, as last_error is kept
