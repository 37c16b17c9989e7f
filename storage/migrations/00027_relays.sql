-- +goose Up
-- Where alerts are sent to by webhook, signed (Standard Webhooks). Conventions as in 00001.

create table relay (
  id            {{.Key}},
  name          text   not null,
  url           text   not null,
  query_id      bigint not null, -- only what is about this standing query; 0: about any, or none
  spikes        bigint not null, -- 1: spikes
  needs         bigint not null, -- 1: unmet needs that were not there before
  reach         bigint not null, -- mentions that reach at least so many; 0: none
  quiet_from    bigint not null, -- minutes after midnight; the same as quiet_until: never quiet
  quiet_until   bigint not null,
  zone          text   not null, -- IANA; empty: the site's
  made_at       bigint not null,
  paused        text   not null default '' check (paused in ('', 'hand', 'failing', 'gone')), -- why nothing is sent
  paused_at     bigint not null default 0,
  failing_since bigint not null default 0, -- the first of the failures in a row, 0: it works, or was never tried
  tried_at      bigint not null default 0,
  ok_at         bigint not null default 0, -- when something was taken last
  error         text   not null default '' -- of the last try, a sentence that is kept; empty: it was taken
);

-- the secrets to sign with; in a table of their own, for an export leaves them out
create table relay_secret (
  relay_id     bigint primary key,
  secret       text   not null, -- "whsec_" and base64, as its receiver has it
  before       text   not null default '', -- the secret before, which signs too for a while
  before_until bigint not null default 0,
  made_at      bigint not null
);

-- one alert to one address; what it says is written when it leaves
create table relay_call (
  id           {{.Key}}, -- webhook-id is made of it
  relay_id     bigint not null,
  kind         text   not null check (kind in ('spike', 'need', 'reach')),
  subject_id   bigint not null, -- the spike, trend or mention
  at           bigint not null,
  state        text   not null default 'waiting' check (state in ('waiting', 'sent', 'failed', 'dropped')), -- dropped: what it was to tell is no longer so
  attempts     bigint not null default 0,
  due_at       bigint not null,
  leased_until bigint not null default 0, -- while it is being sent
  unique (relay_id, kind, subject_id)
);
create index relay_call_due on relay_call (relay_id, due_at) where state = 'waiting';
create index relay_call_at on relay_call (at);
