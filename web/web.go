// Package web is the pages of Tribune: the square, where customers are, and the
// desk, where the people of the company work. Each page is a folder below;
// this package puts them together. No rules and no SQL are in it.
package web

import (
	"io/fs"
	"net/http"

	"tribune/advocate"
	"tribune/converse"
	"tribune/converse/post"
	"tribune/event"
	"tribune/gate"
	"tribune/internal/feed"
	"tribune/internal/fetch"
	"tribune/internal/i18n"
	"tribune/internal/mail"
	"tribune/internal/markdown"
	"tribune/internal/picture"
	"tribune/internal/query"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/listen/hook"
	"tribune/listen/reader"
	"tribune/listen/relay"
	"tribune/listen/webmention"
	"tribune/measure"
	"tribune/shape"
	"tribune/shape/board"
	"tribune/shape/charter"
	"tribune/storage"
	"tribune/tribe"
	"tribune/web/asset"
	"tribune/web/boards"
	"tribune/web/carry"
	"tribune/web/changes"
	"tribune/web/chart"
	pagecharter "tribune/web/charter"
	"tribune/web/desk"
	"tribune/web/held"
	"tribune/web/home"
	"tribune/web/ideas"
	"tribune/web/inbox"
	"tribune/web/live"
	"tribune/web/loop"
	webmail "tribune/web/mail"
	"tribune/web/me"
	"tribune/web/page"
	"tribune/web/people"
	"tribune/web/persons"
	"tribune/web/posts"
	"tribune/web/radar"
	"tribune/web/roadmap"
	"tribune/web/settings"
	"tribune/web/signin"
	"tribune/web/trends"
	"tribune/web/tribes"
	"tribune/web/why"
	"tribune/web/workshop"
)

// folder is a page folder: its files and its routes.
type folder struct {
	files  fs.FS
	routes func(mux *http.ServeMux, k *page.Kit)
}

// folders lists every page of Tribune.
func folders() []folder {
	return []folder{
		{page.Files, page.Routes},
		{chart.Files, chart.Routes},
		{home.Files, home.Routes},
		{held.Files, held.Routes},
		{ideas.Files, ideas.Routes},
		{roadmap.Files, roadmap.Routes},
		{changes.Files, changes.Routes},
		{posts.Files, posts.Routes},
		{tribes.Files, tribes.Routes},
		{boards.Files, boards.Routes},
		{why.Files, why.Routes},
		{loop.Files, loop.Routes},
		{carry.Files, carry.Routes},
		{pagecharter.Files, pagecharter.Routes},
		{people.Files, people.Routes},
		{signin.Files, signin.Routes},
		{me.Files, me.Routes},
		{webmail.Files, webmail.Routes},
		{settings.Files, settings.Routes},
		{desk.Files, desk.Routes},
		{inbox.Files, inbox.Routes},
		{radar.Files, radar.Routes},
		{trends.Files, trends.Routes},
		{workshop.Files, workshop.Routes},
		{persons.Files, persons.Routes},
		{live.Files, live.Routes},
	}
}

// Words loads the catalogue of everything that people read, errors included,
// and the texts of more faces.
func Words(more ...fs.FS) (*i18n.Catalogue, error) {
	files := []fs.FS{storage.Texts, event.Texts, fetch.Texts, feed.Texts, query.Texts, picture.Texts, mail.Texts, know.Texts, reader.Texts, listen.Texts, hook.Texts, relay.Texts, webmention.Texts, converse.Texts, shape.Texts,
		purchase.Texts, post.Texts, charter.Texts, board.Texts, advocate.Texts, tribe.Texts, measure.Texts, gate.Texts}
	for _, f := range folders() {
		files = append(files, f.files)
	}
	return i18n.Load(append(files, more...)...)
}

// New completes the kit and gives the mux of all pages. It answers for what is
// nowhere, and in a wrong method: a face that is put on it needs no such answer
// of its own.
func New(k *page.Kit) (*http.ServeMux, error) {
	var styles []fs.FS
	mux := http.NewServeMux()
	for _, f := range folders() {
		styles = append(styles, f.files)
		f.routes(mux, k)
	}
	var err error
	if k.Assets, err = asset.New(styles...); err != nil {
		return nil, err
	}
	k.Markdown = markdown.New()
	mux.Handle("GET /assets/", k.Assets)
	return mux, nil
}
