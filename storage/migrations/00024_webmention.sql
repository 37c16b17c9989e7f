-- +goose Up
-- Pages that are said to link to ours (Webmention), until they were looked at. Conventions as in 00001.

create table webmention (
  id           {{.Key}},
  source       text   not null, -- the page that is said to link to ours, without its fragment
  target       text   not null, -- our page
  host         text   not null, -- of the source: one site is asked once in five seconds
  received_at  bigint not null, -- when it was sent last: what is sent again is looked at again
  due_at       bigint not null,
  failures     bigint not null default 0, -- in a row
  leased_until bigint not null default 0,
  unique (source, target)
);
create index webmention_due on webmention (due_at);
create index webmention_host on webmention (host, due_at);
