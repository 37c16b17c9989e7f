-- +goose Up
-- Pages that posts of ours link to, which are told so (Webmention, sending). Conventions as in 00001.

create table linkback (
  id           {{.Key}},
  post_id      bigint not null,
  target       text   not null, -- the page that the post links to
  state        text   not null default 'waiting' check (state in ('waiting', 'sent', 'none', 'failed')), -- none: the page names no place to tell it to
  why          text   not null default '', -- it failed, as last_error of a source is kept
  attempts     bigint not null default 0,
  due_at       bigint not null,
  leased_until bigint not null default 0,
  unique (post_id, target)
);
create index linkback_due on linkback (due_at) where state = 'waiting';
