-- +goose Up
-- What a mention has beside its words, and what answers it. Conventions as in 00001.

alter table mention add column has_image bigint not null default 0; -- 1: its source says that a picture belongs to it

create index mention_reply on mention (reply_to) where reply_to <> '';
