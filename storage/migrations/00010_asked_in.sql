-- +goose Up

-- know: of a link for signing in, the language of the page on which it was asked for, or the one its person chose, en or fr; empty: the site's
alter table signin_link add column language text not null default '';
