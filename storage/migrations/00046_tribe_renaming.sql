-- +goose Up
-- Tribes that were renamed, of which their members are told once. Conventions as in 00001.

create table tribe_renaming (
  id         {{.Key}},
  tribe_id   bigint not null,
  wording_id bigint not null,           -- the wording that the first of these renamings ended: what the tribe was called
  by_id      bigint not null,           -- who renamed it last, 0: they left
  at         bigint not null,           -- when they did
  due_at     bigint not null,           -- when its members are told: an hour after the first
  reached    bigint not null default 0, -- the last member, by id, who was seen to
  told       bigint not null default 0  -- 1 once all were
);
create index tribe_renaming_due on tribe_renaming (due_at) where told = 0;
create index tribe_renaming_tribe on tribe_renaming (tribe_id, id);
create index tribe_renaming_by on tribe_renaming (by_id);
