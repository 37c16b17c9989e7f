-- +goose Up
-- Nothing is told of a series while its past is still arriving, nor of hours in which nobody listened. Conventions as in 00001.

alter table spike_watch add column seen bigint not null default 0; -- mentions before through when it was looked at last; other than counted: some came late
alter table spike_watch add column late double precision not null default 0; -- mentions that came late, those of ten minutes ago for a third
alter table spike_watch add column late_at bigint not null default 0; -- Unix seconds: when late was worked out
alter table spike_watch add column held_until bigint not null default 0; -- Unix seconds until which its past counts as still arriving
update spike_watch set state = ''; -- judged anew from the beginning

-- a time of which nobody can say whether nothing was said: the program stood still, or history was sent up to its beginning
create table unheard (
  from_at  bigint not null, -- Unix seconds, a slot
  until_at bigint not null  -- likewise, the first that was listened to again
);
