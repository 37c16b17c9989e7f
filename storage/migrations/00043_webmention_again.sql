-- +goose Up
-- Pages that were heard by a webmention are looked at again, for edits and deletions that nobody tells of. Conventions as in 00001.

alter table webmention add column heard_at bigint not null default 0; -- when the pair was heard, since when it waits to be looked at again; 0: it was not looked at yet
