-- +goose Up
-- A rise that grows is told again, and what proved false is taken back: once each. Conventions as in 00001.

alter table spike add column told_away double precision not null default 0; -- mentions by which its hour was away from what was expected, when that was told last
alter table spike add column told_peak double precision not null default 0; -- mentions in that hour
alter table spike add column told_was double precision not null default 0; -- likewise, when it was told before that; 0: it was not
alter table spike add column told_step bigint not null default 0; -- how many times it has grown since it was found
update spike set told_away = abs(peak - expected), told_peak = peak;

{{if .Postgres}}
alter table alert add column step bigint not null default 0;
alter table alert drop constraint alert_person_id_kind_subject_id_key;
alter table alert add constraint alert_once unique (person_id, kind, subject_id, step);
alter table relay_call add column step bigint not null default 0;
alter table relay_call drop constraint relay_call_relay_id_kind_subject_id_key;
alter table relay_call add constraint relay_call_once unique (relay_id, kind, subject_id, step);
{{else}}
create table alert_anew (
  id         {{.Key}},
  person_id  bigint not null,
  kind       text   not null check (kind in ('spike', 'need', 'reach')),
  subject_id bigint not null, -- the spike, trend or mention
  at         bigint not null,
  batch      bigint not null default 0, -- the last alert told in the same mail, 0: it waits
  size       double precision not null default 0, -- of a spike: mentions by which its hour was away from what was expected, when it was told; 0: not known
  step       bigint not null default 0, -- of a spike: 0: it was found; n: it has grown for the nth time; -1: it is taken back
  constraint alert_once unique (person_id, kind, subject_id, step)
);
insert into alert_anew (id, person_id, kind, subject_id, at, batch, size) select id, person_id, kind, subject_id, at, batch, size from alert;
drop table alert;
alter table alert_anew rename to alert;
create index alert_waiting on alert (person_id, id) where batch = 0;
create index alert_batch on alert (batch) where batch <> 0;

create table relay_call_anew (
  id           {{.Key}}, -- webhook-id is made of it
  relay_id     bigint not null,
  kind         text   not null check (kind in ('spike', 'need', 'reach')),
  subject_id   bigint not null, -- the spike, trend or mention
  at           bigint not null,
  state        text   not null default 'waiting' check (state in ('waiting', 'sent', 'failed', 'dropped')), -- dropped: what it was to tell is no longer so
  attempts     bigint not null default 0,
  due_at       bigint not null,
  leased_until bigint not null default 0, -- while it is being sent
  size         double precision not null default 0, -- as in alert
  step         bigint not null default 0, -- likewise
  constraint relay_call_once unique (relay_id, kind, subject_id, step)
);
insert into relay_call_anew (id, relay_id, kind, subject_id, at, state, attempts, due_at, leased_until, size)
  select id, relay_id, kind, subject_id, at, state, attempts, due_at, leased_until, size from relay_call;
drop table relay_call;
alter table relay_call_anew rename to relay_call;
create index relay_call_due on relay_call (relay_id, due_at) where state = 'waiting';
create index relay_call_at on relay_call (at);
{{end}}
