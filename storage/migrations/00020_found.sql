-- +goose Up
-- The loop counts whom somebody brought, by when they first bought. Conventions as in 00001.

create index referral_found on referral (first_at) where purchases > 0 and parent_id <> 0;
