-- +goose Up
-- How large a spike was when it was told: another one, far larger, is told although the first turns out to be part of it. Conventions as in 00001.

alter table alert add column size double precision not null default 0; -- of a spike: mentions by which its hour was away from what was expected, when it was noted; 0: not known
alter table relay_call add column size double precision not null default 0; -- likewise
