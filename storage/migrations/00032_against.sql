-- +goose Up
-- Votes against ideas, counted apart from those for them. Conventions as in 00001.

-- who would rather not have an idea; nobody has a row here and one in vote for the same idea. merged_row has what came by a merge as kind vote_against
create table vote_against (
  idea_id   bigint not null,
  person_id bigint not null,
  staff     bigint not null default 0, -- was staff then
  at        bigint not null,
  primary key (idea_id, person_id)
);
create index vote_against_person on vote_against (person_id, at);

alter table idea add column against bigint not null default 0;       -- all votes against it, staff included
alter table idea add column staff_against bigint not null default 0;

-- who is against which idea, as tribe keeps it; from_id: it came with an idea that was merged into this one
create table tribe_against (
  idea_id   bigint not null,
  person_id bigint not null,
  from_id   bigint not null default 0,
  primary key (idea_id, person_id)
);
create index tribe_against_person on tribe_against (person_id);

alter table tribe_support add column against bigint not null default 0; -- votes against the idea by the tribe
