package workshop

import (
	"strconv"
	"strings"

	"tribune/listen"
	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/page"
)

// gone says what is left of a voice that was withdrawn: its place and month.
func gone(v *page.View, voice shape.Voice) string {
	day := v.Date(voice.SaidAt)
	_, month, ok := strings.Cut(day, " ")
	if !ok {
		month = day
	}
	return v.T("a voice withdrawn by its author ({place}, {month})", "place", desk.Place(v, voice.Place), "month", month)
}

// ownWords reports whether a voice is what a visitor or member wrote here.
func ownWords(voice shape.Voice) bool { return voice.Mention == 0 && voice.Message == 0 }

// tellingLine says how many are told of a decision, and how.
func tellingLine(v *page.View, t shape.Told) string {
	var parts []string
	if t.Mail > 0 {
		parts = append(parts, v.N("{n} by mail ({sent} sent so far)", "{n} by mail ({sent} sent so far)", int64(t.Mail), "sent", v.Number(int64(t.MailSent))))
	}
	if t.Task > 0 {
		parts = append(parts, v.N("{n} by hand ({done} done)", "{n} by hand ({done} done)", int64(t.Task), "done", v.Number(int64(t.TaskDone))))
	}
	if t.None > 0 {
		parts = append(parts, v.N("{n} whom nothing reaches", "{n} whom nothing reaches", int64(t.None)))
	}
	switch {
	case len(parts) == 0 && t.Superseded == 0 && !t.Complete:
		return v.T("Those who asked are being found.")
	case len(parts) == 0 && t.Superseded == 0:
		return v.T("Nobody had asked for it.")
	}
	var said []string
	if len(parts) > 0 {
		said = append(said, v.T("Told: {parts}.", "parts", v.List(parts)))
	}
	if t.MailUncertain > 0 {
		said = append(said, v.N("{n} mail may have left or not: look at it, and send it again if it did not.", "{n} mails may have left or not: look at them, and send again those that did not.", int64(t.MailUncertain)))
	}
	if t.MailFailed > 0 {
		said = append(said, v.N("{n} mail could not be delivered and was given up.", "{n} mails could not be delivered and were given up.", int64(t.MailFailed)))
	}
	if t.Superseded > 0 {
		said = append(said, v.N("{n} person hears of it together with a later decision, which came before it reached them ({done} has so far).",
			"{n} people hear of it together with a later decision, which came before it reached them ({done} have so far).",
			int64(t.Superseded), "done", v.Number(int64(t.SupersededTold))))
	}
	return strings.Join(said, " ")
}

// entitledLine says who would hear of a decision made now.
func entitledLine(v *page.View, e shape.Entitled) string {
	if e.Mail+e.Task+e.None == 0 {
		return v.T("Nobody but you has asked for it yet, so nobody will be mailed.")
	}
	var who []string
	if e.Mail > 0 {
		who = append(who, v.N("{n} person by mail", "{n} people by mail", int64(e.Mail)))
	}
	if e.Task > 0 {
		who = append(who, v.N("{n} by a task in your inbox, where they spoke", "{n} by tasks in your inbox, where they spoke", int64(e.Task)))
	}
	said := ""
	if len(who) > 0 {
		said = v.T("Who will be told, unless it stays open or under review: {who}, at once.", "who", v.List(who)) + " "
	}
	if e.None > 0 {
		said += v.N("{n} person will not be told: they do not want such mails, or nothing reaches them.", "{n} people will not be told: they do not want such mails, or nothing reaches them.", int64(e.None))
	}
	return strings.TrimSpace(said)
}

func answers(v *page.View) []page.Option {
	return []page.Option{
		{Value: string(listen.Named), Name: v.T("Yes, with their name")},
		{Value: string(listen.Unnamed), Name: v.T("Yes, without their name")},
		{Value: string(listen.Refused), Name: v.T("No")},
	}
}

// ideaOf leads to the form that makes an idea of words.
func ideaOf(s source) string {
	if s.from.Mention != 0 {
		return desk.Link("/desk/mentions/%d/idea", s.from.Mention)
	}
	return desk.Link("/desk/messages/%d/idea", s.from.Message)
}

// number writes an id for a form, "" for none.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
