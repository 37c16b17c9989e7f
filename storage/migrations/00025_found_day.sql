-- +goose Up
-- The loop counts whom somebody brought. Conventions as in 00001.

-- buyers whom somebody brought, by the day of their first purchase: made anew from referral when an archive is read back
create table referral_day (
  day    bigint primary key, -- since 1970, UTC
  buyers bigint not null
);
insert into referral_day (day, buyers)
  select first_at / 86400000000, count(*) from referral where purchases > 0 and parent_id <> 0 group by first_at / 86400000000;

drop index referral_found; -- counted one by one, a hundred thousand took 18 ms
