-- +goose Up
-- A digest names what grew in its time, too. Conventions as in 00001.

alter table spike add column grown_at bigint not null default 0; -- when it was found to have grown last; 0: it has not
