-- +goose Up
-- What was paid back in whole counts as no purchase, and no link explains an order older than itself. Conventions as in 00001.

delete from purchase_country;
insert into purchase_country (country, purchase_id, at, purchases)
  select p.country, (select q.id from purchase q where q.country = p.country and (q.refunded_minor < q.amount_minor or q.amount_minor = 0) order by q.at, q.id limit 1), min(p.at), count(*)
  from purchase p where p.country <> '' and (p.refunded_minor < p.amount_minor or p.amount_minor = 0) group by p.country;
insert into referral_due (kind, id) select distinct 0, account_id from purchase where refunded_minor >= amount_minor and amount_minor > 0 on conflict do nothing;
insert into referral_due (kind, id) select 2, id from referral where sure = 1 and id not in (select id from referral_due where kind = 2);
