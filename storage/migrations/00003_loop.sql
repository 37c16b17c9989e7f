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

-- converse/post ------------------------------------------------------------------------------

-- what somebody publishes under their own name
create table post (
  id           {{.Key}},
  person_id    bigint not null,            -- its one author
  staff        bigint not null default 0,  -- worked here when it was published
  works_as     text   not null default '', -- and as what
  leads        bigint not null default 0,  -- and led the conversation: a letter
  title        text   not null default '',
  body         text   not null default '', -- Markdown; a picture stands on a line of its own as ![words](picture:ID)
  language     text   not null default '',
  audience     text   not null default 'public',
  machine      bigint not null default 0,  -- its author says that a machine drafted it
  draft_key    text   not null default '', -- of the form it was begun in: one form makes one draft
  version      bigint not null default 1,  -- of its words; grows when they change after publishing
  replies      bigint not null default 0,  -- visible ones
  thanks       bigint not null default 0,  -- reactions, by kind
  agrees       bigint not null default 0,
  asks         bigint not null default 0,
  suggestions  bigint not null default 0,  -- those that wait for the author
  state        text   not null default 'draft' check (state in ('draft', 'visible', 'hidden', 'withdrawn')),
  state_reason text   not null default '',
  created_at   bigint not null,
  published_at bigint not null default 0,
  edited_at    bigint not null default 0
);
create index post_newest on post (published_at, id) where state = 'visible';
create index post_language on post (language, published_at, id) where state = 'visible';
create index post_author on post (person_id, published_at, id);
create index post_hidden on post (id) where state = 'hidden';
create unique index post_draft_key on post (person_id, draft_key) where draft_key <> '';

create table post_picture (
  id      {{.Key}},
  post_id bigint not null,
  sha256  text   not null, -- its blob
  width   bigint not null,
  height  bigint not null,
  alt     text   not null, -- what is seen on it, in words
  used    bigint not null default 0, -- shown by the text, or by an earlier wording
  made_at bigint not null
);
create index post_picture_post on post_picture (post_id, id);
create index post_picture_blob on post_picture (sha256);
create index post_picture_unused on post_picture (made_at) where used = 0;

create table post_reply (
  id           {{.Key}},
  post_id      bigint not null,
  thread_id    bigint not null default 0, -- the reply that this one answers; its own id if it answers the post
  person_id    bigint not null,
  staff        bigint not null default 0,
  body         text   not null,
  language     text   not null default '',
  state        text   not null default 'visible' check (state in ('visible', 'hidden', 'withdrawn')),
  state_reason text   not null default '',
  created_at   bigint not null,
  edited_at    bigint not null default 0
);
create index post_reply_post on post_reply (post_id, thread_id, id);
create index post_reply_person on post_reply (person_id, created_at);
create index post_reply_hidden on post_reply (id) where state = 'hidden';

create table post_reaction (
  post_id   bigint not null,
  person_id bigint not null,
  kind      text   not null check (kind in ('thanks', 'agrees', 'asks')),
  at        bigint not null,
  primary key (post_id, person_id, kind)
);
create index post_reaction_person on post_reaction (person_id, at);

-- another wording that somebody suggests, and what the author made of it
create table post_edit (
  id            {{.Key}},
  post_id       bigint not null,
  person_id     bigint not null, -- who suggests it
  staff         bigint not null default 0,
  title         text   not null,
  body          text   not null,
  note          text   not null default '',
  base_title    text   not null, -- what they had before them
  base_body     text   not null,
  base_version  bigint not null,
  state         text   not null default 'open' check (state in ('open', 'taken', 'left', 'withdrawn')),
  answer        text   not null default '', -- the author's word on it
  taken_version bigint not null default 0,  -- the version that came of it
  created_at    bigint not null,
  answered_at   bigint not null default 0
);
create index post_edit_post on post_edit (post_id, id);
create index post_edit_taken on post_edit (post_id, taken_version) where state = 'taken';
create index post_edit_person on post_edit (person_id, created_at);
create unique index post_edit_open on post_edit (post_id, person_id) where state = 'open'; -- one at a time

{{if .Postgres}}
create table post_search (rowid bigint primary key, words tsvector not null);
create index post_search_words on post_search using gin (words);
{{else}}
create virtual table post_search using fts5 (words, tokenize = 'unicode61');
insert into post_search (post_search, rank) values ('secure-delete', 1);
{{end}}

-- know/purchase ------------------------------------------------------------------------------

-- what somebody bought: known by the shop and its number there. None is ever removed; refunds are noted
create table purchase (
  id             {{.Key}},
  shop           text   not null,
  external_id    text   not null,
  account_id     bigint not null, -- mail, else shop: 'SHOP/CUSTOMER', else 'SHOP/order:NUMBER'
  at             bigint not null,
  country        text   not null default '', -- ISO 3166-1 alpha-2
  items          text   not null default '[]', -- JSON: [{"sku": "A5", "quantity": 2}]
  amount_minor   bigint not null, -- in the smallest unit of the currency
  currency       text   not null, -- ISO 4217
  refunded_minor bigint not null default 0,
  code           text   not null default '', -- of a campaign or a share link, as the shop says it
  added_at       bigint not null,
  due            bigint not null default 1, -- 1: it is still to be looked at whether its buyer is asked by mail
  unique (shop, external_id)
);
create index purchase_account on purchase (account_id, at, id);
create index purchase_at on purchase (at, id);
create index purchase_from on purchase (country, at, id);
create index purchase_due on purchase (id) where due = 1;

-- the first purchase from each country, and how many came
create table purchase_country (
  country     text   primary key,
  purchase_id bigint not null,
  at          bigint not null,
  purchases   bigint not null
);

-- what a buyer said brought them, under the account they answered from; of several that came to be
-- one person's, the latest stands
create table reason (
  id          {{.Key}},
  account_id  bigint not null unique,
  purchase_id bigint not null,
  words       text   not null default '',
  teller_id   bigint not null default 0, -- person they named; shown to others by reason_teller alone
  teller_name text   not null default '', -- somebody who is not here, as they call them
  place       text   not null default '', -- address elsewhere
  thing_kind  text   not null default '', -- of ours: idea, post, release
  thing_id    bigint not null default 0,
  by_name     text   not null default '', -- how the one they named knows them
  state       text   not null default 'visible' check (state in ('visible', 'withdrawn')),
  created_at  bigint not null,
  edited_at   bigint not null
);

-- those named, and whether they may be shown. A refusal is kept for good
create table reason_teller (
  reason_id   bigint not null,
  person_id   bigint not null,
  state       text   not null default 'asked' check (state in ('asked', 'yes', 'no')),
  asked_at    bigint not null,
  answered_at bigint not null default 0,
  primary key (reason_id, person_id)
);
create index reason_teller_person on reason_teller (person_id, state);

-- advocate: who told whom --------------------------------------------------------------------

-- a buyer, or somebody who brought one: a person, or minus an account nobody claimed
create table referral (
  id        bigint primary key,
  claim_id  bigint not null default 0, -- the person who, by what is known, brought them
  parent_id bigint not null default 0, -- the same, but where that would close a ring
  sure      bigint not null default 0 check (sure in (0, 1, 2)), -- 0 unknown, 1 by link, 2 said by the buyer
  purchases bigint not null default 0,
  first_id  bigint not null default 0, -- their first purchase
  first_at  bigint not null default 0,
  coded     bigint not null default 0, -- 1: it came with a code
  country   text   not null default '',
  came_from text   not null default '', -- country of the parent
  depth     bigint not null default 0, -- generations above
  root_id   bigint not null default 0,
  below     bigint not null default 0 -- buyers in all generations below
);
create index referral_claim on referral (claim_id) where claim_id <> 0;
create index referral_parent on referral (parent_id, below, id) where parent_id <> 0;
create index referral_sure on referral (sure, first_at, id) where purchases > 0;
create index referral_first on referral (first_at, id) where purchases > 0;
create index referral_depth on referral (depth, first_at, id) where purchases > 0;
create index referral_crossing on referral (came_from, country, first_at, id) where parent_id <> 0;
create index referral_trees on referral (below, id) where parent_id = 0 and below > 0;

-- in which row an account that bought is counted
create table referral_account (
  account_id bigint primary key,
  node_id    bigint not null
);
create index referral_account_node on referral_account (node_id);

-- buyers by the month (200001 and so on) of their first purchase, their generation, and how sure it is
create table referral_month (
  month  bigint not null,
  depth  bigint not null,
  sure   bigint not null,
  buyers bigint not null,
  primary key (month, depth, sure)
);

-- buyers whom somebody brought, by month, from which country into which
create table referral_crossed (
  month        bigint not null,
  from_country text   not null,
  to_country   text   not null,
  buyers       bigint not null,
  primary key (month, from_country, to_country)
);

-- buyers by month below the one with whom it began
create table referral_tree (
  root_id bigint not null,
  month   bigint not null,
  buyers  bigint not null,
  primary key (root_id, month)
);

-- what is to be counted anew: 0 an account, 1 those under a row, 2 a row
create table referral_due (
  kind bigint not null,
  id   bigint not null,
  primary key (kind, id)
);

-- staff who wrote to an unexplained buyer, so that nobody does so twice
create table unexplained_note (
  purchase_id bigint primary key,
  by_id       bigint not null,
  at          bigint not null
);
