-- +goose Up
-- What an earlier wording of a post was said to be. Conventions as in 00001.

alter table revision add column machine bigint not null default 0; -- 1: its author said that a machine drafted it
