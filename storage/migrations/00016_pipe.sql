-- +goose Up
-- What is stored is stored sooner. Conventions as in 00001.

-- Slots are folded by query, in the order in which they are kept.
drop index mention_count_at;
{{if not .Postgres}}
-- fewer merges of the index of words, each of more: a transaction adds a thousand texts at once
insert into mention_search (mention_search, rank) values ('automerge', 8);
{{end}}
