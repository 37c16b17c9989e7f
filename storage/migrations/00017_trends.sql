-- +goose Up
-- What rises in what is said: topics, unmet needs, names. Conventions as in 00001.

-- when trends were looked for, and over what; one row
create table trend_look (
  id       bigint primary key, -- 1
  due_at   bigint not null, -- who looks moves it on first, so that one process does
  done_at  bigint not null default 0,
  read     bigint not null default 0, -- mentions that were read
  left_out bigint not null default 0, -- mentions of authors that were left out, for there were too many
  last_id  bigint not null default 0  -- the newest mention there was
);

create table trend (
  id       {{.Key}},
  kind     text   not null check (kind in ('topic', 'need', 'name')),
  label    text   not null, -- words of those who said it
  language text   not null default '',
  how      text   not null default '', -- of a need: wish, missing, complaint
  terms    text   not null default '', -- of a topic: its words and phrases, parted by line feeds
  authors  bigint not null, -- who say it now
  before   double precision not null default 0, -- authors in a span before, on average
  ratio    double precision not null default 0, -- how many times as frequent it is
  place    bigint not null, -- among those of its kind, from 0
  found_at bigint not null,
  seen_at  bigint not null, -- when it was found again last
  gone_at  bigint not null default 0 -- since when it is not found any more
);
create index trend_kind on trend (kind, gone_at, place);

-- the mentions that a trend stands in, the most typical first
create table trend_voice (
  trend_id   bigint not null,
  place      bigint not null,
  mention_id bigint not null,
  primary key (trend_id, place)
);
create index trend_voice_mention on trend_voice (mention_id);
