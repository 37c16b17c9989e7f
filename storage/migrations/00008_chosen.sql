-- +goose Up

-- know: 1: they chose person.language themselves; 0: it is what their browser asked for when they signed in,
-- which mails follow, and pages only where no browser says anything
alter table person add column language_chosen bigint not null default 0;
update person set language_chosen = 1 where language <> '';
