-- +goose Up
-- What authors edit and delete where they said it. Conventions as in 00001.

-- when its author last changed it where they said it; the words before are in revision, kind mention
alter table mention add column edited_at bigint not null default 0;

-- deleted where it was said, and not yet cut out of what rests
create table deleted (
  source_id   bigint not null,
  external_id text   not null,
  at          bigint not null,
  primary key (source_id, external_id)
);
