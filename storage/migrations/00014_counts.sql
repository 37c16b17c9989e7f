-- +goose Up
-- What is counted of mentions, by all that charts ask for. Conventions as in 00001.

-- Mentions that are no copies, by standing query (0: all) and all they are told apart by. Sorted
-- by its key where the engine can do so: it is read in ranges of one query.
create table mention_count (
  query_id  bigint not null,
  at        bigint not null, -- Unix seconds at which the slot begins: an hour before tally listen.folded-until, five minutes after
  source_id bigint not null,
  language  text   not null,
  country   text   not null,
  mood      text   not null,
  n         bigint not null,
  primary key (query_id, at, source_id, language, country, mood)
){{.Sorted}};
create index mention_count_at on mention_count (at);
insert into mention_count (query_id, at, source_id, language, country, mood, n)
  select query_id, hour * 3600, source_id, language, '', '', n from mention_hour;
insert into tally (name, n) select 'listen.folded-until', max(hour) * 3600 + 3600 from mention_hour having count(*) > 0;
drop table mention_hour;

-- the mentions that a query matches, copies left out; beside query, which is read by all who match
create table query_total (
  query_id bigint primary key,
  n        bigint not null
);
insert into query_total (query_id, n) select id, mentions from query;
alter table query drop column mentions;
create index query_changed on query (changed_at);

-- what matches what, sorted by query
drop index mention_query_mention;
alter table mention_query rename to mention_query_before;
create table mention_query (
  query_id   bigint not null,
  mention_id bigint not null,
  primary key (query_id, mention_id)
){{.Sorted}};
insert into mention_query (query_id, mention_id) select query_id, mention_id from mention_query_before;
drop table mention_query_before;
create index mention_query_mention on mention_query (mention_id);

-- the mood of a mention: positive, negative, unclear; empty while nobody judged it. The
-- probabilities are in thousandths; the rest is neutral
alter table mention add column mood text not null default '';
alter table mention add column positive bigint not null default 0;
alter table mention add column negative bigint not null default 0;
-- how sure the language is, in thousandths; 0: its source said so
alter table mention add column language_p bigint not null default 0;

-- what somebody of the team corrected about a mention, or said to be right. It stays when the
-- mention is judged anew or edited
create table correction (
  mention_id bigint not null,
  what       text   not null check (what in ('mood', 'language')),
  was        text   not null, -- as it was worked out
  became     text   not null, -- the same: it is right
  by_id      bigint not null,
  at         bigint not null,
  primary key (mention_id, what)
);
create index correction_at on correction (what, at);

-- 0: its author took it back where they said it, and it is counted no longer
alter table mention add column counted bigint not null default 1;
