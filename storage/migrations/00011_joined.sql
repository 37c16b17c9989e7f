-- +goose Up
-- Whose an account is: its reader's word, or the team's. Conventions as in 00001.

-- who of us joined it to its person: it attributes what was said and bought, and gives no way in;
-- 0: its person holds it, by confirming it or by an invitation
alter table account add column joined_by bigint not null default 0;

create index account_move_account on account_move (account_id);

-- by which address its person came, 0: by none (the terminal); it ends when that address is no longer theirs
alter table session add column account_id bigint not null default 0;
create index session_account on session (account_id) where account_id <> 0;
alter table token add column account_id bigint not null default 0;
create index token_account on token (account_id) where account_id <> 0;

-- Until now a joined account could sign in as the person it was joined to. What the team joined is confirmed anew.
update account set joined_by = coalesce((select m.by_id from account_move m where m.id = (select max(l.id) from account_move l where l.account_id = account.id)
    and m.to_person = account.person_id and m.by_id <> account.person_id), 0)
  where person_id <> 0;
delete from session where person_id in (select person_id from account where joined_by <> 0 and confirmed_at > 0);
delete from token where person_id in (select person_id from account where joined_by <> 0 and confirmed_at > 0);
update account set confirmed_at = 0 where confirmed_at > 0 and (joined_by <> 0 or person_id = 0);
