package tribune

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"tribune/advocate"
	"tribune/api"
	"tribune/converse"
	"tribune/converse/linkback"
	"tribune/event"
	"tribune/gate"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/relay"
	"tribune/measure"
	"tribune/shape"
	"tribune/storage"
	"tribune/tribe"
	"tribune/web"
	"tribune/web/mail"
	"tribune/web/page"
	"tribune/wire"
)

// stopWithin is how long requests and deliveries under way may take once the
// program is told to stop.
const stopWithin = 10 * time.Second

// Run opens the site and serves it until ctx ends. out gets what a person at
// the terminal should read: the address, and the owner's one-time link.
func Run(ctx context.Context, log *slog.Logger, c Config, out io.Writer) error {
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("the address %s cannot be listened on: %w", c.Addr, err)
	}
	defer listener.Close()
	if strings.HasSuffix(c.Addr, ":0") {
		c.Addr = listener.Addr().String()
	}
	c.named = c.URL != ""
	if err := c.checkMail(); err != nil {
		return err
	}
	if c.URL, err = c.SiteURL(); err != nil {
		return err
	}
	site, err := Open(ctx, log, c, nil)
	if err != nil {
		return err
	}
	defer site.Close()
	return site.Serve(ctx, listener, out)
}

// Serve serves an open site on a listener until ctx ends.
func (s *Site) Serve(ctx context.Context, listener net.Listener, out io.Writer) error {
	handler, err := s.Handler()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	if err := s.begin(ctx, group, listener, handler, out); err != nil {
		stop() // what has begun ends before the database is closed
		return errors.Join(err, group.Wait())
	}
	group.Go(func() error { return s.settle(ctx) })
	return group.Wait()
}

const (
	settleFirst = time.Second      // after the start
	settleEvery = 15 * time.Second // to look whether the site rests
	settleQuiet = 2 << 20          // bytes made between two looks, at most, by a site that rests
	settleWorth = 8 << 20          // bytes made since memory was given back, at least, to do it again
)

// settle gives memory back that an idle site would keep: once all has started,
// what starting took, which is twice what serving holds; and later, whenever the
// site rests, what was made since.
func (s *Site) settle(ctx context.Context) error {
	var given, before uint64
	for wait := settleFirst; ; wait = settleEvery {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		made := allocated()
		if given == 0 || made-before <= settleQuiet && made-given >= settleWorth {
			s.giveBack(ctx)
			made = allocated()
			given = made
		}
		before = made
	}
}

// giveBack lets go of the database's pages, collects twice, as pools are emptied
// by the second, and lets go of the program's own file, half of which was needed
// for starting only.
func (s *Site) giveBack(ctx context.Context) {
	if err := s.DB.Rest(ctx); err != nil {
		s.Log.Debug("the database's pages stay in memory", "error", err)
	}
	runtime.GC()
	debug.FreeOSMemory()
	if err := dropProgram(); err != nil {
		s.Log.Debug("the program's own pages stay in memory", "error", err)
	}
}

// allocated gives how many bytes the program has made so far.
func allocated() uint64 {
	made := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(made)
	return made[0].Value.Uint64()
}

// begin starts in group all that the site's roles ask for.
func (s *Site) begin(ctx context.Context, group *errgroup.Group, listener net.Listener, handler http.Handler, out io.Writer) error {
	group.Go(func() error { return s.Events.Tail(ctx) })
	if slices.Contains(s.Config.Roles, "work") {
		kit, err := s.kit()
		if err != nil {
			return err
		}
		s.work(ctx, group, mail.New(kit))
	}
	if slices.Contains(s.Config.Roles, "web") {
		serve(ctx, group, listener, handler)
		fmt.Fprintf(out, "Tribune is at %s\n", s.Config.URL)
		if at := listener.Addr().String(); s.Config.named && s.Config.URL != "http://"+at {
			fmt.Fprintf(out, "It listens on %s.\n", at)
		}
		if err := s.People.RememberURL(ctx, s.Config.URL); err != nil {
			return err
		}
		if secret, needed, err := s.People.OwnerLink(ctx); err != nil {
			return err
		} else if needed {
			fmt.Fprintf(out, "No owner has signed in here yet. An owner opens this link once, within 15 minutes, to set the site up:\n%s\n", s.SignInLink(secret))
		}
	}
	if s.Config.AdminAddr != "" {
		admin, err := net.Listen("tcp", s.Config.AdminAddr)
		if err != nil {
			return fmt.Errorf("the admin address %s cannot be listened on: %w", s.Config.AdminAddr, err)
		}
		serve(ctx, group, admin, s.metrics())
	}
	return nil
}

// serve serves h until ctx ends, then lets requests under way finish; live
// streams, which would not, are told to end.
func serve(ctx context.Context, group *errgroup.Group, l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return gate.WithStop(context.Background(), ctx.Done()) }}
	group.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		return server.Shutdown(stop)
	})
}

// SignInLink gives the address of a one-time link.
func (s *Site) SignInLink(secret string) string { return s.Config.URL + "/signin/" + secret }

// Handler gives everything the site answers, behind the gate.
func (s *Site) Handler() (http.Handler, error) {
	proxies, err := s.Config.proxies()
	if err != nil {
		return nil, err
	}
	kit, err := s.kit()
	if err != nil {
		return nil, err
	}
	door, err := gate.New(s.Log, s.People, gate.Options{URL: s.Config.URL, Origin: s.Config.origin(), Proxies: proxies, Limits: s.Config.RateLimit != "off", Words: kit.Words}, s.Now)
	if err != nil {
		return nil, err
	}
	kit.Gate = door
	faces, err := web.New(kit)
	if err != nil {
		return nil, err
	}
	faces.Handle("/api/", api.New(api.Needs{Log: s.Log, Gate: door, Events: s.Events, People: s.People, Radar: s.Radar, Spikes: s.Spikes, Trends: s.Trends, Alerts: s.Alerts, Relays: s.Relays, Hooks: s.Hooks, Inbox: s.Inbox, Ideas: s.Ideas,
		Purchases: s.Purchases, Posts: s.Posts, Charter: s.Charter, Boards: s.Boards, Advocacy: s.Advocacy, Tribes: s.Tribes, Counts: s.Counts, Measures: s.Measures, Digests: s.Digests,
		Words: kit.Words, URL: s.Config.URL, Version: s.Config.Version, Now: s.Now}))
	wired := &wire.Kit{Log: s.Log, Gate: door, Events: s.Events, People: s.People, Radar: s.Radar, Ideas: s.Ideas, Posts: s.Posts, Charter: s.Charter, Tribes: s.Tribes, Webmentions: s.Webmentions,
		Words: kit.Words, Markdown: kit.Markdown, URL: s.Config.URL, Now: s.Now}
	wire.Routes(faces, wired)
	ungated := http.NewServeMux() // it says itself when a method is wrong
	ungated.HandleFunc("GET /healthz", s.health)
	mux := http.NewServeMux()
	mux.Handle("/healthz", ungated)
	mux.Handle("/", door.Wrap(wire.Offer(faces, wired)))
	return mux, nil
}

// kit gives what pages and mails are made with.
func (s *Site) kit() (*page.Kit, error) {
	words, err := s.words()
	if err != nil {
		return nil, err
	}
	return &page.Kit{Log: s.Log, Events: s.Events, People: s.People, Radar: s.Radar, Spikes: s.Spikes, Trends: s.Trends, Alerts: s.Alerts, Relays: s.Relays, Hooks: s.Hooks, Inbox: s.Inbox, Ideas: s.Ideas,
		Purchases: s.Purchases, Posts: s.Posts, Linkbacks: s.Linkbacks, Charter: s.Charter, Boards: s.Boards, Advocacy: s.Advocacy, Tribes: s.Tribes, Counts: s.Counts, Measures: s.Measures, Digests: s.Digests,
		Words: words, URL: s.Config.URL, SMTP: s.Config.SMTP, MailFrom: s.Config.MailFrom, Now: s.Now}, nil
}

// health answers 200 when the database answers.
func (s *Site) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.DB.Ping(ctx); err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// follower is one reader of the log, by its cursor's name.
type follower struct {
	cursor string
	follow event.Follower
	kinds  []string
}

// followers lists who follows the log. Those that erase come first to mind:
// each folder forgets a person who left.
func (s *Site) followers() []follower {
	return []follower{
		{"listen.erase", s.Radar.Erase, []string{"person.left"}},
		{"webmention.erase", s.Webmentions.Erase, []string{"person.left"}},
		{"converse.erase", s.Inbox.Erase, []string{"person.left", "person.promoted"}},
		{"shape.erase", s.Ideas.Erase, []string{"person.left"}},
		{"purchase.erase", s.Purchases.Erase, []string{"person.left"}},
		{"post.erase", s.Posts.Erase, []string{"person.left"}},
		{"charter.erase", s.Charter.Erase, []string{"person.left"}},
		{"board.erase", s.Boards.Erase, []string{"person.left"}},
		{"advocate.erase", s.Advocacy.Erase, []string{"person.left"}},
		{"tribe.erase", s.Tribes.Erase, []string{"person.left"}},
		{"measure.erase", s.Measures.Erase, []string{"person.left"}},
		{"digest.erase", s.Digests.Erase, []string{"person.left"}},
		{"alert.follow", s.Alerts.Follow, alert.Kinds()},
		{"relay.follow", s.Relays.Follow, relay.Kinds()},
		{"linkback.follow", s.Linkbacks.Follow, linkback.Kinds()},
		{"storage.scrub", s.scrub, []string{"person.left"}},
		{"converse.attend", s.Inbox.Attend, []string{listen.MentionsStored, listen.MentionEdited, listen.MentionWithdrawn}},
		{"shape.mentions", s.Ideas.FollowMentions, []string{listen.MentionWithdrawn, listen.MentionEdited, listen.MentionQuotable, shape.VoiceAdded}},
		{"shape.telling", s.Ideas.FollowTelling, []string{converse.ThreadAnswered, converse.ThreadClosed, converse.ThreadReopened}},
		{"shape.comments", s.Ideas.TellComments, []string{shape.IdeaCommented}},
		{"purchase.accounts", s.Purchases.FollowAccounts, []string{"account.confirmed", "account.moved"}},
		{"measure.count", s.Measures.Count, measure.CountKinds()},
		{"advocate.referrals", s.Advocacy.FollowReferrals, advocate.ReferralKinds()},
		{"advocate.effects", s.Advocacy.FollowEffects, advocate.EffectKinds()},
		{"tribe.ties", s.Tribes.Follow, tribe.FollowKinds()},
	}
}

// work starts the background work: due rows, cursors and the outbox.
func (s *Site) work(ctx context.Context, group *errgroup.Group, mailer event.Deliverer) {
	for _, f := range s.followers() {
		group.Go(func() error { return s.Events.Follow(ctx, f.cursor, f.follow, f.kinds...) })
	}
	group.Go(func() error { return s.Radar.Poll(ctx) })
	group.Go(func() error { return s.Radar.Rest(ctx) })
	group.Go(func() error { return s.Webmentions.Run(ctx) })
	group.Go(func() error { return s.Linkbacks.Run(ctx) })
	group.Go(func() error { return s.Spikes.Watch(ctx) })
	group.Go(func() error { return s.Trends.Run(ctx) })
	group.Go(func() error { return s.Alerts.Run(ctx, s.Log) })
	group.Go(func() error { return s.Relays.Run(ctx) })
	group.Go(func() error { return s.Ideas.Tell(ctx) })
	group.Go(func() error { return s.Purchases.Ask(ctx) })
	group.Go(func() error { return s.Advocacy.Settle(ctx) })
	group.Go(func() error { return s.Boards.Keep(ctx) })
	group.Go(func() error { return s.Advocacy.Last(ctx) })
	group.Go(func() error { return s.Measures.Work(ctx) })
	group.Go(func() error { return s.Digests.Run(ctx) })
	group.Go(func() error { return s.Tribes.Run(ctx) })
	group.Go(func() error { return s.Events.Deliver(ctx, mailer) })
	group.Go(func() error { return s.tidy(ctx) })
	group.Go(func() error { return s.foldNames(ctx) })
}

// CatchUp lets every follower read the log to its end: for commands and tests
// that run without the background work.
func (s *Site) CatchUp(ctx context.Context) error {
	for _, f := range s.followers() {
		if err := s.Events.CatchUp(ctx, f.cursor, f.follow, f.kinds...); err != nil {
			return err
		}
	}
	for {
		if n, err := s.Purchases.AskOnce(ctx); err != nil {
			return err
		} else if n == 0 {
			return errors.Join(s.Boards.KeepOnce(ctx), s.Tribes.TellRenamed(ctx), s.Advocacy.SettleAll(ctx), s.Advocacy.LastAll(ctx), s.Measures.SweepAll(ctx))
		}
	}
}

// tidy removes what is no longer needed, hourly.
func (s *Site) tidy(ctx context.Context) error {
	for {
		if err := s.People.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("tidying failed", "error", err)
		}
		if err := s.Hooks.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("forgetting old deliveries failed", "error", err)
		}
		if err := s.Webmentions.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("forgetting webmentions that nothing took failed", "error", err)
		}
		if err := s.Linkbacks.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("forgetting which pages were told of posts that are gone failed", "error", err)
		}
		if err := s.Relays.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("forgetting what was sent to webhooks failed", "error", err)
		}
		if err := s.Advocacy.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("forgetting who opened links failed", "error", err)
		}
		if err := s.forget(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("forgetting strangers' words failed", "error", err)
		}
		if err := s.Inbox.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("tidying of letters failed", "error", err)
		}
		if err := s.Posts.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("tidying of pictures failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Hour):
		}
	}
}

// foldNames folds the names that an earlier version kept without, once.
func (s *Site) foldNames(ctx context.Context) error {
	if err := s.People.FoldNames(ctx); err != nil && ctx.Err() == nil {
		s.Log.Error("folding names failed; until the next start some people are not found by theirs", "error", err)
	}
	return nil
}

// forget forgets what strangers said longer ago than the settings say, unless
// it became a voice or stands in a conversation.
func (s *Site) forget(ctx context.Context) error {
	settings, err := s.People.Site(ctx)
	if err != nil {
		return err
	}
	n, err := s.Radar.Forget(ctx, s.Now().AddDate(0, 0, -settings.Retention), s.Ideas, s.Inbox)
	if n > 0 {
		s.Log.Info("strangers' words were forgotten", "mentions", n)
	}
	return err
}

// scrub makes what a person erased unreadable in the files, too.
func (s *Site) scrub(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		if f.Kind == "person.left" {
			tx.After(func() { time.AfterFunc(3*time.Second, func() { s.DB.Scrub(context.WithoutCancel(ctx)) }) })
			return nil
		}
	}
	return nil
}
