package settings

import (
	"tribune/event"
	"tribune/web/page"
)

// didSquare says what else customers do on the square, too.
func didSquare(v *page.View, f event.Event) string {
	switch f.Kind {
	case "vote.cast":
		return v.T("voted for")
	case "vote.taken_back":
		return v.T("took back their vote for")
	case "vote.against":
		return v.T("voted against")
	case "vote.against_taken_back":
		return v.T("took back their vote against")
	case "idea.followed":
		return v.T("follows")
	case "idea.unfollowed":
		return v.T("no longer follows")
	case "decision.told":
		return v.T("told everybody entitled of the decision on")
	case "mentions.stored":
		return v.T("took in what was heard from")
	case "mention.edited":
		return v.T("took in an edit of")
	case "mention.corrected":
		return v.T("checked by hand the mood or language of")
	case "spike.found":
		return v.T("found a spike:")
	case "spike.grew":
		return v.T("found that a spike has grown:")
	case "spike.gone":
		return v.T("took back a spike:")
	case "trend.found":
		return v.T("found what rises:")
	case "letter.written":
		return v.T("received a letter")
	case "letter.confirmed":
		return v.T("confirmed a letter")
	case "letter.withdrawn":
		return v.T("withdrew the letter of")
	case "letter.hidden":
		return v.T("hid the letter of")
	case "letter.shown":
		return v.T("showed again the letter of")
	case "message.said":
		return v.T("wrote in")
	}
	return ""
}

// didTribune says what people publish on the tribune.
func didTribune(v *page.View, f event.Event) string {
	switch f.Kind {
	case "post.published":
		return v.T("published on the tribune:")
	case "post.edited":
		return v.T("changed")
	case "post.withdrawn":
		return v.T("withdrew")
	case "post.hidden":
		return v.T("hid, with a reason,")
	case "post.shown":
		return v.T("showed again")
	case "post.replied":
		return v.T("replied to")
	case "post.reacted":
		return v.T("reacted to")
	case "post.unreacted":
		return v.T("took back a reaction to")
	case "reply.edited":
		return v.T("changed their reply to")
	case "reply.withdrawn":
		return v.T("withdrew their reply to")
	case "reply.hidden":
		return v.T("hid a reply to")
	case "reply.shown":
		return v.T("showed again a reply to")
	case "edit.suggested":
		return v.T("suggested another wording of")
	case "edit.taken":
		return v.T("took a suggested wording of")
	case "edit.left":
		return v.T("left a suggested wording of")
	case "edit.withdrawn":
		return v.T("took back a suggested wording of")
	}
	return ""
}

// didTribes says tribes, and what carries on.
func didTribes(v *page.View, f event.Event) string {
	switch f.Kind {
	case "tribe.started":
		return v.T("started")
	case "tribe.edited":
		return v.T("changed the name or the words of")
	case "tribe.hidden":
		return v.T("hid, with a reason,")
	case "tribe.shown":
		return v.T("showed again")
	case "tribe.joined":
		return v.T("became one of")
	case "tribe.left":
		return v.T("left")
	case "tribe.appeared":
		return v.T("chose whether to be named in")
	case "tribe.worded":
		return v.T("chose a word for")
	case "tribe.carried":
		return v.T("put on, or took off, an idea of")
	case "group.found":
		return v.T("looked for groups")
	case "group.answered":
		return v.T("answered a suggested group")
	case "share.made":
		return v.T("made a share link")
	case "share.opened":
		return v.T("opened a share link")
	case "share.ended":
		return v.T("ended a share link")
	case "share.joined":
		return v.T("became a member through a share link")
	case "thanks.given":
		return v.T("thanked")
	case "thanks.withdrawn":
		return v.T("took back their thanks to")
	case "thanks.hidden":
		return v.T("hid thanks to")
	case "thanks.shown":
		return v.T("showed again thanks to")
	}
	return ""
}

// didBuyers says purchases, and what brought buyers.
func didBuyers(v *page.View, f event.Event) string {
	switch f.Kind {
	case "purchase.stored":
		return v.T("took in orders, from")
	case "purchase.refunded":
		return v.T("noted what was paid back of")
	case "purchase.filled":
		return v.T("took in who bought, or from where:")
	case "reason.asked":
		return v.T("had a buyer asked what brought them")
	case "reason.answered":
		return v.T("said what brought a buyer")
	case "reason.withdrawn":
		return v.T("took back what brought a buyer")
	case "reason.unnamed":
		return v.N("took their name out of {n} answer of a buyer, by leaving", "took their name out of {n} answers of buyers, by leaving", f.N)
	case "teller.asked":
		return v.T("had a member asked whether they may be named")
	case "teller.confirmed":
		return v.T("let it be shown that they told a buyer of us")
	case "teller.refused":
		return v.T("did not let it be shown that they told a buyer of us")
	case "unexplained.noted":
		return v.T("wrote by hand to the buyer of")
	}
	return ""
}

// didBoards says boards of customers.
func didBoards(v *page.View, f event.Event) string {
	switch f.Kind {
	case "board.opened":
		return v.T("opened")
	case "board.changed":
		return v.T("changed")
	case "board.invited":
		return v.T("asked somebody to apply for")
	case "board.applied":
		return v.T("applied for")
	case "board.unapplied":
		return v.T("took back their application for")
	case "board.closed":
		return v.T("closed the applications for")
	case "board.drawn":
		return v.T("drew the seats of")
	case "board.ended":
		return v.T("ended")
	case "seat.accepted":
		return v.T("accepted a seat on")
	case "seat.declined":
		return v.T("declined or gave back a seat on")
	case "boardtalk.opened":
		return v.T("opened a talk in")
	case "boardtalk.said":
		return v.T("spoke in a talk of a board")
	case "boardsaid.edited":
		return v.T("changed their words in a talk of")
	case "boardsaid.withdrawn":
		return v.T("took back their words in a talk of")
	case "boardsaid.hidden":
		return v.T("hid words in a talk of")
	case "boardsaid.shown":
		return v.T("showed again words in a talk of")
	case "task.opened":
		return v.T("put a question to")
	case "task.answered":
		return v.T("answered a question to a board")
	case "task.reported":
		return v.T("reported a result to")
	case "task.voted":
		return v.T("voted on making a board’s result public")
	case "task.published":
		return v.T("put on the square the result of a question to")
	}
	return ""
}

// didPeople says people, and their ways in.
func didPeople(v *page.View, f event.Event) string {
	switch f.Kind {
	case "person.joined":
		return v.T("became a member")
	case "person.chose":
		return v.T("chose which mails they get")
	case "person.admitted":
		return v.T("let into a board or tribe")
	case "person.dismissed":
		return v.T("let out of a board or tribe")
	case "person.left":
		return v.T("left the site")
	case "account.confirmed":
		return v.T("confirmed an address")
	case "account.forget_asked":
		return v.T("asked that we forget what an account said:")
	case "account.forget_refused":
		return v.T("said why we keep what an account said:")
	case "account.forgotten":
		return v.T("had forgotten what an account said:")
	case "session.opened":
		return v.T("signed in")
	}
	return ""
}
