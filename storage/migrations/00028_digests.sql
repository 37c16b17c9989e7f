-- +goose Up
-- The digest that somebody of the team gets by mail. Conventions as in 00001.

create table digest (
  person_id  bigint primary key,
  every      text   not null check (every in ('day', 'week')),
  weekday    bigint not null, -- of every week: 0 is Sunday
  hour       bigint not null, -- 0 to 23, in zone
  zone       text   not null, -- IANA; empty: the site's
  due_at     bigint not null,
  told_until bigint not null default 0 -- up to when it was told; 0: nothing yet
);
create index digest_due on digest (due_at);

-- a digest that was put into the outbox: what it tells is read anew when it leaves
create table digest_mail (
  id        {{.Key}},
  person_id bigint not null,
  from_at   bigint not null,
  until_at  bigint not null
);
create index digest_mail_person on digest_mail (person_id);
