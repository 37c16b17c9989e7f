-- +goose Up
-- What somebody of the team wants to be told of at once, and when not. Conventions as in 00001.

-- of one standing query (0: all mentions)
create table alert_choice (
  person_id bigint not null,
  query_id  bigint not null,
  spikes    bigint not null, -- 1: its spikes
  reach     bigint not null, -- mentions that reach at least so many; 0: none
  primary key (person_id, query_id)
);

create table alert_person (
  person_id   bigint primary key,
  needs       bigint not null, -- 1: unmet needs that were not there before
  quiet_from  bigint not null, -- minutes after midnight; the same as quiet_until: never quiet
  quiet_until bigint not null,
  zone        text   not null  -- IANA
);

-- what is to be told to somebody, or was
create table alert (
  id         {{.Key}},
  person_id  bigint not null,
  kind       text   not null check (kind in ('spike', 'need', 'reach')),
  subject_id bigint not null, -- the spike, trend or mention
  at         bigint not null,
  batch      bigint not null default 0, -- the last alert told in the same mail, 0: it waits
  unique (person_id, kind, subject_id)
);
create index alert_waiting on alert (person_id, id) where batch = 0;
create index alert_batch on alert (batch) where batch <> 0;
