-- +goose Up

-- calls of the API that were made with an Idempotency-Key, kept for 24 hours (know)
create table idempotency (
  hash      text primary key, -- SHA-256 of who asked and the key they gave, hex
  person_id bigint not null default 0,
  request   text   not null, -- SHA-256 of what was asked, hex
  status    bigint not null default 0, -- HTTP status of the answer, 0 while there is none
  answer    text   not null default '', -- JSON; emptied when anybody leaves: it may hold their words
  at        bigint not null
);
create index idempotency_at on idempotency (at);
