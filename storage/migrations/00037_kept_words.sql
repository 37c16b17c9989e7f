-- +goose Up
-- What a visitor wrote and could not send without signing in. Conventions as in 00001.

-- know: kept at most a day, until it is sent; its address is signed, so that only who wrote it finds it
create table kept_words (
  id         {{.Key}},
  words      text   not null, -- the form's fields, as JSON
  created_at bigint not null
);
create index kept_words_created on kept_words (created_at);
