-- +goose Up
-- The last mentions of a source, a language, a country, and those that reach many, without walking
-- all of them. Conventions as in 00001.

drop index mention_source;
create index mention_source on mention (source_id, published_at, id);
create index mention_language on mention (language, published_at, id);
create index mention_country on mention (country, published_at, id) where country <> '';
create index mention_reach on mention (reach) where reach <> 0;
