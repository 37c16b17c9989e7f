-- +goose Up

-- who is known by a bare name at a source, and said the same at the same time at another (listen)
create index mention_said on mention (text_hash, published_at);
-- what repeats a mention
create index mention_copy on mention (copy_of) where copy_of <> 0;
