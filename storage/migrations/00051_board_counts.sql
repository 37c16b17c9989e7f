-- +goose Up
-- A board's announcement says which numbers of the public value count, so that nobody chooses them once they are known. Conventions as in 00001.

alter table board add column counts text not null default '';       -- which of the beacon's numbers count; '' of a board announced before this was asked
alter table board add column numbers bigint not null default 0;     -- how many those are, 1 for a code; 0: it was not said
