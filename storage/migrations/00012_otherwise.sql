-- +goose Up
-- Buyers who say that something else brought them than somebody. Conventions as in 00001.

create index referral_otherwise on referral (first_at, id) where parent_id = 0 and sure > 0 and purchases > 0;

-- Who came by a link and named nobody counts as brought by the link from now on: they are counted anew.
insert into referral_due (kind, id) select 2, id from referral where sure = 2 on conflict do nothing;
