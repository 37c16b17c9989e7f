-- +goose Up
alter table person add column folded text not null default ''; -- the folded words of the name, a space before each: names are looked for by it, on both engines alike
create index person_folded on person (folded) where folded <> '';
alter table account add column folded text not null default ''; -- and of an account's name
