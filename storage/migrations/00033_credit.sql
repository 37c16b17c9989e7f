-- +goose Up
-- Who is named beside what changed has said so. Conventions as in 00001.

alter table person add column credit text not null default ''; -- named where something came of what they did: yes, no; empty: never said, so counted and not named
update person set credit = 'no' where credit_shown = 0;
alter table person drop column credit_shown;
