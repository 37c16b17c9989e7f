-- +goose Up
-- What is not normal in how often a standing query is said. Conventions as in 00001.

-- what is kept of the series of one standing query (0: all mentions), from which its spikes are found
create table spike_watch (
  query_id bigint primary key,
  version  bigint not null, -- grows with each judgement: of two that judge at once, one counts
  through  bigint not null, -- Unix seconds up to which slots are in state; what is later is judged anew each time
  counted  bigint not null, -- mentions before that
  recent   bigint not null, -- mentions since, when it was judged last
  state    text   not null  -- of internal/burst, JSON
);

-- a stretch of time in which a standing query was said far more, or less, than was to be expected
create table spike (
  id       {{.Key}},
  query_id bigint not null,
  kind     text   not null check (kind in ('rise', 'drop', 'silence')),
  start_at bigint not null,
  end_at   bigint not null,
  going_on bigint not null, -- 1: it is not over
  peak     double precision not null, -- mentions in the hour furthest from what was expected
  expected double precision not null, -- in that hour
  z        double precision not null, -- how far it went, in standard deviations
  n        bigint not null default 0, -- mentions in it, copies left out
  drove    text   not null default '', -- what is new in it: words, authors, links, JSON
  stale    bigint not null default 1, -- 1: n and drove are to be worked out anew
  drove_at bigint not null default 0, -- when they were
  found_at bigint not null,
  gone_at  bigint not null default 0 -- since when the counts do not show it any more: what made it was deleted, edited or came late
);
create index spike_query on spike (query_id, start_at);
create index spike_start on spike (start_at, id);
create index spike_stale on spike (stale, drove_at) where stale = 1;
