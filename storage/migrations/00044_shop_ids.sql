-- +goose Up
-- What a shop calls its orders is kept as it writes it: in other letters it is another one.
-- Conventions as in 00001.
update account set address = (select p.shop || '/order:' || p.external_id from purchase p where p.account_id = account.id and p.shop || '/order:' || lower(p.external_id) = account.address order by p.id limit 1)
where kind = 'shop' and exists (select 1 from purchase p where p.account_id = account.id and p.shop || '/order:' || lower(p.external_id) = account.address);

-- what was paid back of an order, refund by refund, where the shop tells it so. purchase.refunded_minor
-- is their sum, or what the shop says in one number, if that is more
create table purchase_refund (
  purchase_id  bigint not null,
  ref          text   not null, -- the shop's id of it; else its time, its amount, and the how manieth of these
  amount_minor bigint not null,
  primary key (purchase_id, ref)
);
