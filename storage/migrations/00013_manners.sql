-- +goose Up
-- Forgetting strangers. Conventions as in 00001.

-- whose owner, as far as a link tells, asks to be forgotten
create table forget_ask (
  account_id bigint primary key,
  at         bigint not null
);

-- who is not listened to any more: the trace of their account (know.Trace)
create table let_alone (
  trace bigint primary key,
  at    bigint not null
);

create index mention_heard on mention (heard_at) where state <> 'withdrawn';
