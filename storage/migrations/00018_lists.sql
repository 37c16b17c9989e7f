-- +goose Up
-- Saved lists, which queries can name. Conventions as in 00001.

create table saved_list (
  id         {{.Key}},
  name       text   not null unique, -- as queries name it: list:name
  kind       text   not null check (kind in ('words', 'authors', 'sites')),
  items      text   not null, -- one a line
  created_by bigint not null,
  created_at bigint not null,
  changed_at bigint not null
);
