-- +goose Up
-- Sources of many kinds, each read from a cursor on. Conventions as in 00001.

-- from where on a source is read, as its reader writes it; stored in the transaction of the batch behind which it stands
alter table source add column cursor text not null default '';
alter table source drop column etag;
alter table source drop column last_modified;
drop index source_due;
create index source_due on source (due_at) where every_seconds > 0 and paused = 0 and removed_at = 0;
