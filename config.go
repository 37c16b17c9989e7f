package tribune

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"tribune/internal/mail"
)

// Config is every setting of the program, read in one place from flags and
// the environment. Settings that people change while it runs (brand, mail
// server, language) are kept in the database; SMTP and MailFrom here, when
// set, come before those.
type Config struct {
	Data         string   `help:"Folder that holds everything." default:"./data" env:"TRIBUNE_DATA" type:"path"`
	DatabaseURL  string   `help:"PostgreSQL to use in place of the folder's own database: postgres://..." env:"TRIBUNE_DATABASE_URL"`
	Addr         string   `help:"Address to listen on." default:"localhost:8080" env:"TRIBUNE_ADDR"`
	AdminAddr    string   `help:"Address for /metrics; none by default." env:"TRIBUNE_ADMIN_ADDR"`
	URL          string   `help:"The site's own address as its visitors see it; links in mails, feeds and sign-in begin with it. Default: http://ADDR." env:"TRIBUNE_URL"`
	SMTP         string   `help:"Mail server: smtp://[user:pass@]host:port or smtps://. Default: the one in the settings." env:"TRIBUNE_SMTP"`
	MailFrom     string   `help:"Address that mails come from." env:"TRIBUNE_MAIL_FROM"`
	Proxies      []string `help:"Networks whose X-Forwarded-For is believed, as in 10.0.0.0/8." env:"TRIBUNE_PROXIES"`
	FetchPrivate bool     `help:"Let sources be fetched from loopback and private addresses (trials and tests)." env:"TRIBUNE_FETCH_PRIVATE"`
	RateLimit    string   `help:"off lifts every limit on how often one may ask (load tests)." enum:"on,off" default:"on" env:"TRIBUNE_RATE_LIMIT"`
	Roles        []string `help:"What this process does: web, work, or both." enum:"web,work" default:"web,work" env:"TRIBUNE_ROLES"`
	Version      string   `kong:"-"` // of the program, set by its main

	named bool // URL was said, not made of Addr
}

// origin gives the address that writes must come from: the one that was said,
// else none, and the Host that is asked for has to do.
func (c Config) origin() string {
	if !c.named {
		return ""
	}
	return c.URL
}

// SiteURL gives the site's own address, without a slash at the end.
func (c Config) SiteURL() (string, error) {
	if c.URL == "" {
		host := c.Addr
		if strings.HasPrefix(host, ":") || strings.HasPrefix(host, "0.0.0.0:") {
			host = "localhost" + host[strings.LastIndexByte(host, ':'):]
		}
		return "http://" + host, nil
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return "", fmt.Errorf("TRIBUNE_URL is %q: it must be the site's own address and nothing more, as in https://ideas.example.org", c.URL)
	}
	return u.Scheme + "://" + u.Host, nil
}

// checkMail refuses a mail server or an address that no mail could leave by.
// Neither is repeated: the server may hold a password.
func (c Config) checkMail() error {
	if c.SMTP != "" {
		if _, err := mail.NewSender(mail.Server{URL: c.SMTP}); err != nil {
			return fmt.Errorf("TRIBUNE_SMTP: %w", err)
		}
	}
	if c.MailFrom != "" {
		if _, err := mail.ValidAddress(c.MailFrom); err != nil {
			return fmt.Errorf("TRIBUNE_MAIL_FROM is %q: it must be a mail address, as in hello@example.org", c.MailFrom)
		}
	}
	return nil
}

// proxies reads the networks whose forwarded addresses are believed.
func (c Config) proxies() (nets []netip.Prefix, err error) {
	for _, p := range c.Proxies {
		p = strings.TrimSpace(p)
		if addr, err := netip.ParseAddr(p); err == nil {
			nets = append(nets, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		n, err := netip.ParsePrefix(p)
		if err != nil {
			return nil, fmt.Errorf("TRIBUNE_PROXIES: %q is no network such as 10.0.0.0/8", p)
		}
		nets = append(nets, n)
	}
	return nets, nil
}

// Masked gives the configuration as lines, its secrets masked.
func (c Config) Masked() string {
	hide := func(address string) string {
		if u, err := url.Parse(address); err == nil && u.User != nil {
			return u.Redacted()
		}
		return address
	}
	return fmt.Sprintf("data=%s database=%s addr=%s admin=%s url=%s smtp=%s from=%s proxies=%s fetch-private=%t rate-limit=%s roles=%s",
		c.Data, hide(c.DatabaseURL), c.Addr, c.AdminAddr, c.URL, hide(c.SMTP), c.MailFrom, strings.Join(c.Proxies, ","), c.FetchPrivate, c.RateLimit, strings.Join(c.Roles, ","))
}
