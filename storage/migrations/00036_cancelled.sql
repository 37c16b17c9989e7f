-- +goose Up
-- An order that was cancelled is none, whatever its amount; cohorts of what was paid back before 00030 are counted anew. Conventions as in 00001.

alter table purchase add column cancelled bigint not null default 0; -- 1: the shop says so; it counts as no purchase, also one of amount 0
insert into measure_due (name, at) select 'returned', 0 where exists (select 1 from purchase);
