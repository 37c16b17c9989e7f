-- +goose Up
-- One buyer is one, by their address or by the shop's number of them. Conventions as in 00001.

alter table purchase add column customer text not null default ''; -- the shop's own number of who bought, in lower case; empty: not told, or its buyer left
update purchase set customer = (select substr(a.address, length(purchase.shop) + 2) from account a where a.id = purchase.account_id)
  where exists (select 1 from account a where a.id = purchase.account_id and a.kind = 'shop'
    and substr(a.address, 1, length(purchase.shop) + 1) = purchase.shop || '/' and substr(a.address, 1, length(purchase.shop) + 7) <> purchase.shop || '/order:');
create index purchase_customer on purchase (shop, customer, id) where customer <> '';
