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

-- what else somebody's card says: the languages they speak with people (BCP 47, with spaces between), and
-- whether everybody may see how long they let people wait
alter table person add column languages text not null default '';
alter table person add column clock_shown bigint not null default 0;

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

-- converse -----------------------------------------------------------------------------------

-- a letter names who of us it is for, and may stand in public: its audience is then public
alter table thread add column to_id bigint not null default 0; -- as the writer addressed it
alter table thread add column asked_id bigint not null default 0; -- who of us is asked by name now
alter table thread add column handed_by bigint not null default 0; -- who of us asked them, 0: the writer did
alter table thread add column text_state text not null default 'visible' check (text_state in ('visible', 'hidden', 'withdrawn'));
alter table thread add column text_reason text not null default ''; -- hidden: why; its writer and the team read it
create index thread_asked on thread (asked_id, state, waits_at, id) where asked_id <> 0;
create index thread_open_letter on thread (to_id, state, opened_at, id) where audience = 'public';

-- how long who spoke had waited for this answer; -1: it ended no waiting. Of earlier answers, the first of each thread
alter table message add column waited bigint not null default -1;
alter table message add column public bigint not null default 0; -- said in a public letter
create index message_clock on message (person_id, delivered_at, waited) where waited >= 0 and state = 'visible';
create index message_public on message (person_id, id) where public = 1 and kind = 'answer';
update message set waited = (select case when message.delivered_at > t.waits_at then message.delivered_at - t.waits_at else 0 end from thread t where t.id = message.thread_id)
  where kind = 'answer' and delivered_at > 0
  and not exists (select 1 from message m where m.thread_id = message.thread_id and m.kind = 'answer' and m.delivered_at > 0 and m.id < message.id)
  and exists (select 1 from thread t where t.id = message.thread_id and t.kind <> 'tell' and t.waits_at <= message.delivered_at);

-- a letter by somebody without an account: nobody reads it before its address is confirmed, within 72 hours.
-- Then it is a thread, and what is kept here is where its link leads
create table letter (
  id           {{.Key}},
  hash         text   not null unique, -- of the link's secret; 'pending:...' until it leaves
  account_id   bigint not null, -- the address it came with
  to_id        bigint not null,
  public       bigint not null,
  name         text   not null, -- as its writer signs
  subject      text   not null,
  body         text   not null,
  language     text   not null default '',
  thread_id    bigint not null default 0, -- once confirmed
  created_at   bigint not null,
  expires_at   bigint not null
);
create index letter_account on letter (account_id, created_at);
create index letter_ends on letter (expires_at);

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

-- advocate: carried on ------------------------------------------------------------------------

alter table person add column credit_shown bigint not null default 1; -- named in credit lines, and what lasted is shown
alter table comment add column thanked bigint not null default 0;     -- thanks for it that stand

-- one person's link to something they helped to make. A link that ended keeps its row: who bought with it came by it
create table share_link (
  id           {{.Key}},
  code         text   not null unique,
  person_id    bigint not null,
  subject_kind text   not null check (subject_kind in ('idea', 'post', 'release')),
  subject_id   bigint not null,
  opened       bigint not null default 0, -- once per reader and day
  joined       bigint not null default 0,
  made_at      bigint not null,
  last_at      bigint not null default 0, -- the day it was last opened
  ended_at     bigint not null default 0
);
create unique index share_link_one on share_link (person_id, subject_kind, subject_id) where ended_at = 0;
create index share_link_person on share_link (person_id, id);

-- the day's salt and who has opened what, as hashes: both are gone after two days
create table share_salt (
  day  bigint primary key, -- since 1970
  salt text   not null
);
create table share_open (
  day     bigint not null,
  link_id bigint not null,
  reader  text   not null,
  primary key (day, link_id, reader)
);

-- who became a member through a link
create table share_join (
  person_id bigint primary key,
  link_id   bigint not null,
  by_id     bigint not null,
  at        bigint not null
);
create index share_join_by on share_join (by_id);

create table thanks (
  id           {{.Key}},
  person_id    bigint not null,           -- who thanks
  staff        bigint not null default 0, -- and worked here then
  to_id        bigint not null default 0, -- who is thanked,
  to_account   bigint not null default 0, -- or the account that nobody had claimed then
  subject_kind text   not null check (subject_kind in ('answer', 'comment', 'voice', 'idea', 'post', 'reply', 'decision', 'release')),
  subject_id   bigint not null,
  place_kind   text   not null, -- on whose page it stands: idea, post, release, thread
  place_id     bigint not null,
  reason       text   not null, -- '' once their words went
  language     text   not null default '',
  state        text   not null default 'visible' check (state in ('visible', 'hidden', 'withdrawn')),
  state_reason text   not null default '',
  created_at   bigint not null,
  unique (person_id, subject_kind, subject_id)
);
create index thanks_place on thanks (place_kind, place_id, id) where state = 'visible';
create index thanks_subject on thanks (subject_kind, subject_id, id);
create index thanks_to on thanks (to_id, id) where to_id <> 0;
create index thanks_to_account on thanks (to_account) where to_account <> 0;
create index thanks_person on thanks (person_id, created_at);
create index thanks_hidden on thanks (id) where state = 'hidden';

-- what lasted of what somebody did; why: advocate/effect.go
create table effect (
  person_id bigint not null,
  kind      text   not null check (kind in ('helped', 'shipped', 'edit', 'friend')),
  ref_kind  text   not null, -- thread, comment, reply, idea, edit, person, reason
  ref_id    bigint not null,
  at        bigint not null,
  primary key (person_id, kind, ref_kind, ref_id)
);
create index effect_ref on effect (ref_kind, ref_id);
create index effect_latest on effect (person_id, at, ref_id);

-- what is to be looked at again, and when
create table effect_due (
  ref_kind text   not null,
  ref_id   bigint not null,
  at       bigint not null,
  primary key (ref_kind, ref_id)
);
create index effect_due_at on effect_due (at);

-- tribe --------------------------------------------------------------------------------------

-- people who belong together, and say so
create table tribe (
  id           {{.Key}},
  name         text   not null,           -- empty once its only member left with their words
  folded       text   not null unique,    -- its words without case, accents and spaces: no two are alike
  stands       text   not null default '', -- what it stands for, Markdown
  language     text   not null default '',
  members      bigint not null default 0,
  shown        bigint not null default 0,  -- of them, those who let everybody see it
  version      bigint not null default 1,  -- of name and stands
  by_id        bigint not null,            -- whose wording this is
  state        text   not null default 'visible' check (state in ('visible', 'hidden', 'withdrawn')),
  state_reason text   not null default '',
  marks        text   not null default '[]', -- words that mark its members off, JSON, as of the last look
  created_at   bigint not null,
  edited_at    bigint not null default 0
);
create index tribe_size on tribe (members, id) where state = 'visible' and members > 0;

-- earlier wordings of what it stands for, and earlier names, with who wrote each
create table tribe_wording (
  id       {{.Key}},
  tribe_id bigint not null,
  name     text   not null,
  stands   text   not null,
  by_id    bigint not null,
  at       bigint not null -- until when it stood
);
create index tribe_wording_tribe on tribe_wording (tribe_id, id);
create index tribe_wording_by on tribe_wording (by_id);

create table membership (
  tribe_id  bigint not null,
  person_id bigint not null,
  shown     bigint not null default 0, -- lets everybody see it
  counted   bigint not null default 0, -- 1 while the follower counts their votes as the tribe's
  joined_at bigint not null,
  left_at   bigint not null default 0,
  primary key (tribe_id, person_id)
);
create index membership_person on membership (person_id);
create index membership_here on membership (tribe_id, joined_at, person_id) where left_at = 0;
create index membership_shown on membership (tribe_id, joined_at, person_id) where left_at = 0 and shown = 1;

-- words that members chose for their tribe
create table tribe_word (
  id       {{.Key}},
  tribe_id bigint not null,
  word     text   not null,
  folded   text   not null,
  chosen   bigint not null default 0,
  by_id    bigint not null default 0, -- who brought it; 0: they left
  unique (tribe_id, folded)
);
create table tribe_word_choice (
  word_id   bigint not null,
  tribe_id  bigint not null,
  person_id bigint not null,
  primary key (word_id, person_id)
);
create index tribe_word_choice_person on tribe_word_choice (person_id, tribe_id);

-- ideas that a member put on their tribe's page
create table tribe_idea (
  tribe_id bigint not null,
  idea_id  bigint not null,
  by_id    bigint not null,
  at       bigint not null,
  primary key (tribe_id, idea_id)
);
create index tribe_idea_by on tribe_idea (by_id);

-- what people do with each other, from one to the other; votes for the same idea from the lower id to the higher
create table tie (
  a       bigint not null,
  b       bigint not null,
  kind    text   not null check (kind in ('reply', 'thanks', 'vote', 'referral')),
  n       bigint not null, -- how often
  last_at bigint not null,
  primary key (a, b, kind)
);
create index tie_back on tie (b, a);

-- what each tie but votes was counted from, so that it can be taken back
create table tie_source (
  kind     text   not null,
  ref_kind text   not null, -- comment, post_reply, post, reason
  ref_id   bigint not null,
  a        bigint not null,
  b        bigint not null,
  off      bigint not null default 0, -- withdrawn or hidden
  primary key (ref_kind, ref_id, kind, a, b)
);
create index tie_source_a on tie_source (a);
create index tie_source_b on tie_source (b);

-- what people speak under, as far as ties need to remember it
create table tribe_thing (
  kind        text   not null, -- idea, post, reason
  id          bigint not null,
  author_id   bigint not null default 0, -- 0: they left
  at          bigint not null,
  last_id     bigint not null default 0, -- who spoke last
  before_id   bigint not null default 0, -- who spoke last before them, and is another
  merged_into bigint not null default 0,
  primary key (kind, id)
);
create index tribe_thing_author on tribe_thing (author_id, kind, at);
create index tribe_thing_newest on tribe_thing (kind, at, id);
create index tribe_thing_merged on tribe_thing (merged_into) where merged_into <> 0;

-- who stands behind which idea; from_id: the vote came with an idea that was merged into this one
create table tribe_ballot (
  idea_id   bigint not null,
  person_id bigint not null,
  seq       bigint not null, -- the order of voting
  from_id   bigint not null default 0,
  primary key (idea_id, person_id)
);
create index tribe_ballot_order on tribe_ballot (idea_id, seq) where from_id = 0;
create index tribe_ballot_person on tribe_ballot (person_id);

-- votes for an idea by tribe; tribe 0 is everybody
create table tribe_support (
  idea_id  bigint not null,
  tribe_id bigint not null,
  votes    bigint not null,
  primary key (idea_id, tribe_id)
);

-- the day (since 1970) somebody last voted, and how many of a tribe last did on it; tribe 0 is everybody
create table tribe_voter (
  person_id bigint primary key,
  day       bigint not null
);
create table tribe_day (
  tribe_id bigint not null,
  day      bigint not null,
  n        bigint not null,
  primary key (tribe_id, day)
);

-- weeks (since 1970, from Monday) in which somebody voted, spoke or thanked
create table tribe_week (
  person_id bigint not null,
  week      bigint not null,
  primary key (person_id, week)
);
create index tribe_week_week on tribe_week (week);

-- groups that the ties suggest. A group keeps its id from one look to the next
create table tribe_group (
  id       {{.Key}},
  size     bigint not null, -- 0: it was not found again
  tribe_id bigint not null default 0, -- the tribe that this group is already, or became
  words    text   not null default '[]', -- that mark it off, JSON
  first_at bigint not null,
  seen_at  bigint not null
);
create table tribe_group_member (
  group_id  bigint not null,
  person_id bigint not null,
  present   bigint not null default 1, -- 0: not at the last look
  answer    text   not null default '' check (answer in ('', 'taken', 'refused')), -- a refusal is kept for good
  at        bigint not null,
  primary key (group_id, person_id)
);
create index tribe_group_member_person on tribe_group_member (person_id);

-- how strong a tribe was, by week; the last row of a week stands. What each column means: tribe/strength.go
create table tribe_strength (
  tribe_id   bigint not null,
  week       bigint not null,
  at         bigint not null,
  size       bigint not null,
  tied       bigint not null,
  directed   bigint not null,
  answered   bigint not null,
  was_active bigint not null,
  again      bigint not null,
  newcomers  bigint not null,
  kept       bigint not null,
  primary key (tribe_id, week)
);

-- when a look was last taken, what it found, and who takes one now
create table tribe_run (
  name         text primary key,
  ran_at       bigint not null default 0,
  people       bigint not null default 0,
  ties         bigint not null default 0,
  found        bigint not null default 0, -- groups
  modularity   bigint not null default 0, -- in millionths
  leased_by    text   not null default '',
  leased_until bigint not null default 0
);

-- measure: the loop, counted. Rows say what is counted, so that a change is taken out where it was put in;
-- *_day tables are their sums by day (UTC), which pages read. ids and numbers only, but for the terms of the gap.

create index credit_account on credit (account_id) where account_id <> 0;

-- a question: a conversation that wanted an answer of us
create table clock_row (
  thread_id   bigint primary key,
  source_id   bigint not null, -- 0: asked on this site
  asked_at    bigint not null,
  answered_at bigint not null default 0,
  waits_at    bigint not null default 0, -- since when it waits; 0: it does not
  outcome     text   not null, -- answered, waits, or why not: nothing, noway, elsewhere, abuse, back, left, other
  mute        bigint not null default 0 -- 1: it came with no address to answer at
);
create index clock_row_waits on clock_row (waits_at, source_id) where waits_at > 0;
create index clock_row_asked on clock_row (asked_at, thread_id);

-- questions by the day they were asked; bucket: how long the first answer took, in sixteenths of an octave of seconds
create table clock_day (
  day       bigint not null, -- since 1970
  source_id bigint not null,
  outcome   text   not null,
  mute      bigint not null,
  bucket    bigint not null,
  n         bigint not null,
  primary key (day, source_id, outcome, mute, bucket)
);

-- what a step of the loop counts: heard, answered, taken, decided, shipped, told, shared, found
create table loop_row (
  step   text   not null,
  kind   text   not null, -- of the subject: mention, thread, voice, idea, decision, ...
  ref_id bigint not null,
  at     bigint not null,
  n      bigint not null default 1, -- told: people
  primary key (step, kind, ref_id)
);
create index loop_row_at on loop_row (step, at, ref_id, kind);

create table loop_day (
  step text   not null,
  day  bigint not null,
  n    bigint not null,
  primary key (step, day)
);

-- what is said about us (a standing query of purpose us finds it), and who says it
create table said_row (
  mention_id bigint primary key,
  account_id bigint not null,
  at         bigint not null,
  who        text   not null -- staff, maker (credited with a release), customer (bought), other
);
create index said_row_account on said_row (account_id);
create index said_row_who on said_row (who, at, mention_id);
create index said_row_at on said_row (at, mention_id);

create table said_day (
  who text   not null,
  day bigint not null,
  n   bigint not null,
  primary key (who, day)
);

-- what is heard by language, and how much of that is found to be about us
create table heard_language (
  language text   not null,
  day      bigint not null,
  heard    bigint not null,
  us       bigint not null,
  primary key (language, day)
);

-- what is heard by source
create table heard_source (
  source_id bigint not null,
  day       bigint not null,
  n         bigint not null,
  primary key (source_id, day)
);

-- under which buyer an account that bought is counted: a person, or minus an account nobody claimed
create table cohort_account (
  account_id bigint primary key,
  buyer_id   bigint not null
);
create index cohort_account_buyer on cohort_account (buyer_id);

-- the months (years * 12 + month) in which a buyer bought
create table cohort_buyer (
  buyer_id  bigint not null,
  month     bigint not null,
  first     bigint not null, -- month of their first purchase
  purchases bigint not null,
  primary key (buyer_id, month)
);
create index cohort_buyer_month on cohort_buyer (first, month, buyer_id);

create table cohort (
  first     bigint not null,
  month     bigint not null,
  buyers    bigint not null,
  purchases bigint not null,
  primary key (first, month)
);

-- work that waits: sweep, from which mention on; gap, when it is worked out again
create table measure_due (
  name         text   primary key,
  at           bigint not null,
  leased_by    text   not null default '',
  leased_until bigint not null default 0
);

-- the words we use of ourselves against those they use of us, by language
create table gap (
  language    text   primary key,
  at          bigint not null,
  our_words   bigint not null,
  their_words bigint not null,
  our_texts   bigint not null,
  their_texts bigint not null
);

create table gap_term (
  id       {{.Key}},
  language text   not null,
  side     text   not null check (side in ('ours', 'theirs')),
  place    bigint not null,
  word     text   not null,
  ours     bigint not null, -- how often each side says it
  theirs   bigint not null,
  score    bigint not null  -- |z| in hundredths
);
create index gap_term_place on gap_term (language, side, place);

-- where a term was said: its words are read where they are
create table gap_example (
  term_id bigint not null,
  kind    text   not null, -- mention, post, release, decision
  ref_id  bigint not null,
  primary key (term_id, kind, ref_id)
);
create index gap_example_ref on gap_example (kind, ref_id);

-- shape/board: consumer consulting boards ---------------------------------------------------

create table board (
  id           {{.Key}},
  name         text   not null,
  purpose      text   not null,
  company_gets text   not null,
  members_get  text   not null,
  duties       text   not null,
  language     text   not null default '',
  host_id      bigint not null,             -- who of us answers for it
  from_at      bigint not null,             -- its term
  to_at        bigint not null,
  seats        bigint not null,
  invited      bigint not null default 0,   -- 1: only who is invited may apply
  closes_at    bigint not null,             -- applications are taken until then
  announced    text   not null,             -- the part of the seed that stands before anybody applies
  beacon       text   not null,             -- the value that nobody controls: which, and where it is published
  beacon_at    bigint not null,             -- when it becomes known
  state        text   not null default 'open' check (state in ('open', 'closed', 'drawn', 'ended')),
  applications bigint not null default 0,   -- those that stand
  pool_hash    text   not null default '',  -- SHA-256 of pool.csv as it is published
  pool_size    bigint not null default 0,
  closed_at    bigint not null default 0,
  closed_by    bigint not null default 0,   -- 0: the program, at the hour that was said
  value        text   not null default '',  -- of the beacon
  drawn_at     bigint not null default 0,
  drawn_by     bigint not null default 0,
  ended_at     bigint not null default 0,
  created_at   bigint not null,
  edited_at    bigint not null default 0
);
create index board_state on board (state, id);

create table board_quota (
  board_id bigint not null,
  feature  text   not null check (feature in ('country', 'tribe', 'tenure')),
  value    text   not null,
  least    bigint not null,
  most     bigint not null,
  primary key (board_id, feature, value)
);

create table board_invite (
  board_id  bigint not null,
  person_id bigint not null,
  by_id     bigint not null,
  at        bigint not null,
  primary key (board_id, person_id)
);
create index board_invite_person on board_invite (person_id);

-- who applied; when they leave, the row stays without them
create table board_application (
  id           {{.Key}},
  board_id     bigint not null,
  number       bigint not null,             -- what the pool calls them
  person_id    bigint not null,             -- 0: they left
  sentence     text   not null,
  country      text   not null default '',
  tribe        bigint not null default 0,
  since_at     bigint not null default 0,   -- when they came
  state        text   not null default 'applied' check (state in ('applied', 'withdrawn')),
  created_at   bigint not null,
  unique (board_id, number)
);
create unique index board_application_one on board_application (board_id, person_id) where person_id <> 0;
create index board_application_person on board_application (person_id) where person_id <> 0;

-- what was drawn from: numbers and values, nobody's name
create table board_pool (
  board_id bigint not null,
  number   bigint not null,
  country  text   not null,
  tribe    text   not null,
  tenure   text   not null,
  primary key (board_id, number)
);

-- the draw, and what followed when somebody declined
create table board_draw (
  id       {{.Key}},
  board_id bigint not null,
  round    bigint not null,
  keep     text   not null default '', -- numbers seated before it, with commas
  parted   text   not null default '', -- numbers that do not take part any more
  seated   text   not null default '', -- all seats after it, in order
  failed   bigint not null default 0,  -- 1: nobody who waits fits, and a seat stays empty
  at       bigint not null,
  unique (board_id, round)
);

create table board_seat (
  id          {{.Key}},
  board_id    bigint not null,
  number      bigint not null,
  person_id   bigint not null,             -- 0: a member who left
  round       bigint not null,
  state       text   not null default 'offered' check (state in ('offered', 'accepted', 'declined', 'lapsed', 'resigned', 'left')),
  shown       bigint not null default 0,   -- their name may stand on the public page
  offered_at  bigint not null,
  answer_by   bigint not null,
  answered_at bigint not null default 0,
  unique (board_id, number)
);
create index board_seat_person on board_seat (person_id) where person_id <> 0;
create index board_seat_offered on board_seat (answer_by) where state = 'offered';

-- what the board talks about; its words are board_said
create table board_talk (
  id         {{.Key}},
  board_id   bigint not null,
  person_id  bigint not null,
  title      text   not null,
  said       bigint not null default 0, -- visible ones
  created_at bigint not null,
  last_at    bigint not null
);
create index board_talk_last on board_talk (board_id, last_at, id);
create index board_talk_person on board_talk (person_id);

create table board_said (
  id           {{.Key}},
  talk_id      bigint not null,
  board_id     bigint not null,
  person_id    bigint not null,
  staff        bigint not null default 0,
  body         text   not null,
  language     text   not null default '',
  state        text   not null default 'visible' check (state in ('visible', 'hidden', 'withdrawn')),
  state_reason text   not null default '',
  created_at   bigint not null,
  edited_at    bigint not null default 0
);
create index board_said_talk on board_said (talk_id, id);
create index board_said_person on board_said (person_id, id);

-- a question to the board, and what became of it
create table board_task (
  id          {{.Key}},
  board_id    bigint not null,
  by_id       bigint not null,
  question    text   not null,
  body        text   not null default '',
  language    text   not null default '',
  shows       text   not null check (shows in ('now', 'after', 'never')), -- when the board sees each other's answers
  closes_at   bigint not null,
  answers     bigint not null default 0,
  summary     text   not null default '',
  summary_by  bigint not null default 0,
  reported_at bigint not null default 0,
  public_at   bigint not null default 0, -- the board agreed
  created_at  bigint not null
);
create index board_task_board on board_task (board_id, id);

create table board_answer (
  id         {{.Key}},
  task_id    bigint not null,
  board_id   bigint not null,
  person_id  bigint not null, -- 0: they left, and their words stay
  body       text   not null, -- '' once taken back
  language   text   not null default '',
  quote      text   not null default 'no' check (quote in ('no', 'nameless', 'named')),
  created_at bigint not null,
  edited_at  bigint not null default 0
);
create unique index board_answer_one on board_answer (task_id, person_id) where person_id <> 0;
create index board_answer_person on board_answer (person_id) where person_id <> 0;

-- whether a result goes to the square
create table board_vote (
  task_id   bigint not null,
  person_id bigint not null,
  yes       bigint not null,
  at        bigint not null,
  primary key (task_id, person_id)
);
create index board_vote_person on board_vote (person_id);

-- shape/charter: what the company promised about deciding ------------------------------------

-- what the site is for, in more words than the one sentence of the settings; the last row stands
create table purpose (
  id       {{.Key}},
  body     text   not null,
  language text   not null default '',
  by_id    bigint not null,
  at       bigint not null
);

-- a version of the charter; a published one is never changed
create table charter (
  id           {{.Key}},
  number       bigint not null default 0,  -- of the version; 0: a draft
  preface      text   not null default '',
  default_name text   not null default '', -- the clause that an idea falls under when nobody says
  language     text   not null default '',
  edits        bigint not null default 0,  -- of the draft
  drafted_by   bigint not null,
  published_by bigint not null default 0,
  created_at   bigint not null,
  edited_at    bigint not null default 0,
  published_at bigint not null default 0
);
create unique index charter_number on charter (number) where number > 0;

create table clause (
  id          {{.Key}},
  charter_id  bigint not null,
  place       bigint not null,
  name        text   not null,            -- what it is called by in every version
  mode        text   not null check (mode in ('decide', 'codecide', 'advise')),
  title       text   not null,
  body        text   not null default '',
  votes       bigint not null default 0,  -- of customers, from which on it is promised
  within_days bigint not null default 0,  -- of the proposal, in which they come; 0: whenever
  answer_days bigint not null default 0,  -- from then on, within which it is decided; 0: not promised
  overrides   bigint not null default 0,  -- decisions against it
  unique (charter_id, name)
);

-- a decision against what a clause promised, and who signed for it
create table override (
  id          {{.Key}},
  decision_id bigint not null unique,
  idea_id     bigint not null,
  clause_id   bigint not null,
  breaches    text   not null,            -- declined, putoff, late; by blanks
  votes       bigint not null,            -- of customers then
  reason      text   not null,            -- emptied only when its signer left and took their words
  language    text   not null default '',
  signer      text   not null,            -- the name as it was typed; emptied when they left
  by_id       bigint not null,
  at          bigint not null
);
create index override_clause on override (clause_id, id);
create index override_idea on override (idea_id, id);
create index override_by on override (by_id);

alter table call add column clause_id bigint not null default 0;
alter table idea add column clause_id bigint not null default 0;     -- the clause of the version that held when it was cited
alter table idea add column clause_at bigint not null default 0;     -- since when
alter table decision add column clause_id bigint not null default 0; -- what it cites
alter table decision add column purpose_id bigint not null default 0;
create index decision_purpose on decision (id) where purpose_id <> 0;
