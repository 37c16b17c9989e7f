-- +goose Up
-- One rise seen by several queries is one spike: the narrowest leads, the others stand under it. Conventions as in 00001.

alter table spike add column cause_id bigint not null default 0; -- the narrower spike that explains most of it; 0: none, it stands by itself

create index spike_cause on spike (cause_id) where cause_id > 0;

-- What was found in the last 30 days is joined, too; before that words may be gone from which it would be worked out anew.
update spike set stale = 1 where gone_at = 0 and end_at > (select coalesce(max(s.end_at), 0) from spike s) - 2592000000000;
