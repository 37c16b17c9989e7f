-- +goose Up
-- The loop closes: people by name, posts, share links, thanks, purchases and their reasons,
-- tribes, boards, the charter. Conventions as in 00001.

-- know ---------------------------------------------------------------------------------------

-- who belongs to the audience of a board or a tribe: 'board:ID', 'tribe:ID'
create table circle (
  audience  text   not null,
  person_id bigint not null,
  at        bigint not null,
  primary key (audience, person_id)
);
create index circle_person on circle (person_id);

-- an account of somebody who left: what its address and page are found by, while somebody looks for them
alter table account add column traces text not null default '';

-- listen: who speaks in what rests (know.Trace), and their page; -1: they left, and it is let go
alter table item add column speaker bigint not null default 0;
alter table item add column page bigint not null default 0;
create index item_speaker on item (speaker);
create index item_page on item (page) where page <> 0;

-- event: a delivery that had not left when a later one took its place is superseded
{{if .Postgres}}
alter table outbox drop constraint outbox_state_check;
alter table outbox add constraint outbox_state_check check (state in ('waiting', 'sending', 'sent', 'uncertain', 'failed', 'superseded'));
{{else}}
create table outbox_anew (
  id           {{.Key}},
  dedup        text   not null unique, -- one row for one thing to say to one person, ever
  kind         text   not null,
  person_id    bigint not null default 0,
  account_id   bigint not null default 0, -- the address to use; 0 is the person's first confirmed one
  subject_kind text   not null default '',
  subject_id   bigint not null default 0,
  other_id     bigint not null default 0,
  state        text   not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'uncertain', 'failed', 'superseded')),
  attempts     bigint not null default 0,
  error        text   not null default '',
  due_at       bigint not null,
  created_at   bigint not null,
  sent_at      bigint not null default 0,
  leased_by    text   not null default '',
  leased_until bigint not null default 0
);
insert into outbox_anew (id, dedup, kind, person_id, account_id, subject_kind, subject_id, other_id, state, attempts, error, due_at, created_at, sent_at, leased_by, leased_until)
  select id, dedup, kind, person_id, account_id, subject_kind, subject_id, other_id, state, attempts, error, due_at, created_at, sent_at, leased_by, leased_until from outbox;
drop table outbox;
alter table outbox_anew rename to outbox;
create index outbox_due on outbox (state, due_at);
create index outbox_person on outbox (person_id) where person_id <> 0;
{{end}}

-- shape: the later decision that is told in place of this one, because this one had not been told yet
alter table telling add column superseded_by bigint not null default 0;
create index telling_superseded on telling (superseded_by) where superseded_by <> 0;

-- shape: ideas by the voices behind them, and what staff hid
create index idea_voices on idea (voices, id) where state = 'visible';
create index idea_stage_voices on idea (stage, voices, id) where state = 'visible';
create index idea_hidden on idea (id) where state = 'hidden';
create index comment_hidden on comment (id) where state = 'hidden';
create index voice_hidden on voice (id) where state = 'hidden';
