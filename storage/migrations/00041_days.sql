-- +goose Up
-- What is counted of mentions, day by day, so that long spans are read soon. Conventions as in 00001.

-- mention_count summed over the days of mention_day_until.zone that ended before its until_at; days
-- after that are read from mention_count itself. Made from it: no archive holds this.
create table mention_day (
  query_id  bigint not null,
  day       bigint not null, -- days since 1970-01-01, of the calendar of the zone
  source_id bigint not null,
  language  text   not null,
  country   text   not null,
  mood      text   not null,
  n         bigint not null,
  primary key (query_id, day, source_id, language, country, mood)
){{.Sorted}};

-- one row: how far the days are summed; none: nothing is
create table mention_day_until (
  zone     text   primary key, -- IANA: whose days they are
  until_at bigint not null     -- Unix seconds at which a day of it begins
);
