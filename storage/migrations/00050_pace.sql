-- +goose Up
-- An address that asks to wait is left alone, whatever is to be sent there. Conventions as in 00001.

alter table relay add column wait_until bigint not null default 0; -- when it asked to be left alone until; 0: it did not
