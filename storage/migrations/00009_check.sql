-- +goose Up
-- Asking places about what was said there before. Conventions as in 00001.

-- an access token, where the other side wants one: never shown, never sent to another host
alter table source add column token text not null default '';

-- when its place is asked next whether it was edited or deleted; 0: not asked yet
alter table mention add column check_at bigint not null default 0;
create index mention_check on mention (source_id, check_at) where state <> 'withdrawn' and external_id <> '';
