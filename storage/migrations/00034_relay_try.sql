-- +goose Up
-- What was sent by webhook, one request after another. Conventions as in 00001.

-- one request to an address that alerts are sent to, for the team to see; forgotten after 30 days
create table relay_try (
  id         {{.Key}},
  relay_id   bigint not null,
  name       text   not null, -- its webhook-id: the same is the same alert, sent again
  kind       text   not null check (kind in ('spike', 'need', 'reach', 'test')),
  subject_id bigint not null, -- the spike, trend or mention; of a test 0
  host       text   not null, -- where it went; the rest of an address is often a secret
  at         bigint not null,
  status     bigint not null, -- that HTTP answered; 0: nothing
  error      text   not null, -- a sentence that is kept; empty: it was taken
  again_at   bigint not null  -- when it is to be sent again; 0: it is not
);
create index relay_try_relay on relay_try (relay_id, id);
create index relay_try_at on relay_try (at);
