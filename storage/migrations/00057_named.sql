-- +goose Up
-- When somebody took the name they have: what others wrote before that is not about them. Conventions as in 00001.

alter table person add column named_at bigint not null default 0; -- 0: they came with it; another spelling of the same words is the same name
