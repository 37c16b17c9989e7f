-- +goose Up
-- Listening at the speed things are said. Conventions as in 00001.

-- What open sources deliver and no query matches rests in segments: some posts of one source,
-- packed together. A row a post cost more than all else on the road.
drop table item;

create table rest (
  id        {{.Key}},
  source_id bigint not null,
  n         bigint not null, -- how many posts
  keys      {{.Bytes}} not null, -- 8 bytes a post: what it is known by, of source and identity
  speakers  {{.Bytes}} not null, -- 16 bytes a post: the traces of who speaks and of their page (know.Trace)
  data      {{.Bytes}} not null, -- the posts, lines of JSON, deflated (RFC 1951)
  size      bigint not null, -- bytes, about
  at        bigint not null
);
create index rest_source on rest (source_id, id);
create index rest_at on rest (at);

-- what is not heard anew: it rested, and its author left
create table let_go (
  identity text   primary key, -- as in mention
  at       bigint not null
);
create index let_go_at on let_go (at);
