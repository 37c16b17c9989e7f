-- +goose Up
-- Public words that another program or a file brings are strangers' words, too. Conventions as in 00001.

-- 1: what strangers said in public is forgotten after the set time, although the source is addressed;
-- 0: it was said to us, and stays, as at sources that were there before
alter table source add column forgets bigint not null default 0;
