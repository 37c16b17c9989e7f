-- +goose Up
-- What other programs push to us, signed (Standard Webhooks). Conventions as in 00001.

-- the secrets of a source of kind webhook; whoever has one can speak for it
create table hook (
  source_id    bigint primary key,
  secret       text   not null, -- "whsec_" and base64, as its sender has it: what is signed with it can only be checked with it
  before       text   not null default '', -- the secret before, while its sender may still use it
  before_until bigint not null default 0,
  made_at      bigint not null -- of the secret
);

-- deliveries that were stored whole, kept a week, so that the same one again does nothing
create table hook_delivery (
  source_id bigint not null,
  name      text   not null, -- SHA-256 of its webhook-id
  at        bigint not null,
  primary key (source_id, name)
);
create index hook_delivery_at on hook_delivery (at);
