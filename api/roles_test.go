package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tribune/advocate"
	"tribune/converse"
	"tribune/converse/post"
	"tribune/event"
	"tribune/gate/gatetest"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/relay"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/storage"
	"tribune/storage/storagetest"
	"tribune/tribe"
)

// table is every call of the API with the status that each role gets.
//
//	visitor guest member other staff owner
func table() []gatetest.Route {
	return slices.Concat(ideaTable(), tribuneTable(), boardTable(), listenTable(), whyTable(), peopleTable(), selfTable())
}

// ideaTable is the calls about ideas, what becomes of them, and what people
// carry on of them.
func ideaTable() []gatetest.Route {
	return []gatetest.Route{
		{Call: "GET /api/v1/openapi.json", Want: "200"},
		{Call: "GET /api/v1/nothing", Want: "404", For: "-"},
		{Call: "DELETE /api/v1/ideas", Want: "405", For: "-"},

		{Call: "POST /api/v1/ideas", Body: `{"title": "Left-handed notebooks"}`, Want: "401 403 201 201 201 201"},
		{Call: "POST /api/v1/ideas", Body: `{"title": "Left-handed notebooks", "mention_id": {mention}}`, Want: "401 403 403 403 201 201"},
		{Call: "POST /api/v1/ideas", Body: `{"title": "Left-handed notebooks", "audience": "staff"}`, Want: "401 403 422 422 201 201"},
		{Call: "GET /api/v1/ideas", Want: "200"},
		{Call: "GET /api/v1/ideas/similar?text=notebook", Want: "200"},
		{Call: "GET /api/v1/ideas/{idea}", Want: "200"},
		{Call: "GET /api/v1/ideas/{hidden}", Want: "404 404 200 404 200 200"},
		{Call: "GET /api/v1/ideas/{internal}", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/ideas/{members}", Want: "404 404 200 200 200 200"},
		{Call: "PATCH /api/v1/ideas/{idea}", Body: `{"title": "Another title"}`, Want: "401 403 200 403 403 403"},
		{Call: "PATCH /api/v1/ideas/{idea}", Body: `{"tags": ["paper"]}`, Want: "401 403 200 403 200 200"},
		{Call: "PATCH /api/v1/ideas/{idea}", Body: `{"state": "withdrawn"}`, Want: "401 403 200 403 403 403"},
		{Call: "PATCH /api/v1/ideas/{idea}", Body: `{"state": "hidden", "reason": "An advertisement."}`, Want: "401 403 403 403 200 200"},
		{Call: "PATCH /api/v1/ideas/{hidden}", Body: `{"state": "visible"}`, Want: "404 404 403 404 200 200"},
		{Call: "PUT /api/v1/ideas/{idea}/vote", Want: "401 403 200 200 200 200"},
		{Call: "PUT /api/v1/ideas/{internal}/vote", Want: "404 404 404 404 200 200"},
		{Call: "DELETE /api/v1/ideas/{idea}/vote", Want: "401 403 200 200 200 200"},
		{Call: "PUT /api/v1/ideas/{idea}/against", Want: "401 403 200 200 200 200"},
		{Call: "PUT /api/v1/ideas/{internal}/against", Want: "404 404 404 404 200 200"},
		{Call: "DELETE /api/v1/ideas/{idea}/against", Want: "401 403 200 200 200 200"},
		{Call: "GET /api/v1/ideas/{idea}/against", Want: "200"},
		{Call: "GET /api/v1/ideas/{internal}/against", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/ideas/{idea}/voters", Want: "200"},
		{Call: "PUT /api/v1/ideas/{idea}/follow", Want: "401 403 200 200 200 200"},
		{Call: "DELETE /api/v1/ideas/{idea}/follow", Want: "401 403 200 200 200 200"},
		{Call: "PUT /api/v1/ideas/{idea}/merge", Body: `{"into_id": {other_idea}}`, Want: "401 403 403 403 200 200"},
		{Call: "DELETE /api/v1/ideas/{merged}/merge", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/tags", Want: "200"},
		{Call: "GET /api/v1/roadmap", Want: "200"},
		{Call: "GET /api/v1/statuses", Want: "200"},
		{Call: "PUT /api/v1/statuses", Body: `{"items": [{"name": "On the bench", "stage": "started"}]}`, Want: "401 403 403 403 403 200"},

		{Call: "POST /api/v1/ideas/{idea}/comments", Body: `{"body": "Me, too."}`, Want: "401 403 201 201 201 201"},
		{Call: "GET /api/v1/ideas/{idea}/comments", Want: "200"},
		{Call: "GET /api/v1/ideas/{internal}/comments", Want: "404 404 404 404 200 200"},
		{Call: "PATCH /api/v1/comments/{comment}", Body: `{"body": "Me, as well."}`, Want: "401 403 200 403 403 403"},
		{Call: "PATCH /api/v1/comments/{comment}", Body: `{"state": "hidden", "reason": "An advertisement."}`, Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/ideas/{idea}/voices", Body: `{"words": "I would buy ten."}`, Want: "201"},
		{Call: "POST /api/v1/ideas/{idea}/voices", Body: `{"mention_id": {mention}}`, Want: "401 403 403 403 201 201"},
		{Call: "GET /api/v1/ideas/{idea}/voices", Want: "200"},
		{Call: "PATCH /api/v1/voices/{voice}", Body: `{"state": "withdrawn"}`, Want: "401 403 200 403 200 200"},
		{Call: "PATCH /api/v1/voices/{voice}", Body: `{"state": "hidden", "reason": "An advertisement."}`, Want: "401 403 403 403 200 200"},

		{Call: "POST /api/v1/ideas/{idea}/decisions", Body: `{"status": "planned", "reason": "We will make it in spring."}`, Want: "401 403 403 403 201 201"},
		{Call: "GET /api/v1/ideas/{idea}/decisions", Want: "200"},
		{Call: "GET /api/v1/decisions/{decision}", Want: "200"},
		{Call: "GET /api/v1/decisions/{decision}/told", Want: "200"},
		{Call: "GET /api/v1/decisions/{decision}/tellings", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/releases", Want: "200"},
		{Call: "POST /api/v1/releases", Body: `{"title": "New paper", "body": "In every A5."}`, Want: "401 403 403 403 201 201"},
		{Call: "GET /api/v1/releases/{release}", Want: "200"},
		{Call: "PUT /api/v1/releases/{release}", Body: `{"title": "New paper"}`, Want: "401 403 403 403 200 200"},

		{Call: "GET /api/v1/calls", Want: "200"},
		{Call: "POST /api/v1/calls", Body: `{"title": "The next colour", "will": "Make it.", "gets": "One of the first."}`, Want: "401 403 403 403 201 201"},
		{Call: "GET /api/v1/calls/{call}", Want: "200"},
		{Call: "PATCH /api/v1/calls/{call}", Body: `{"title": "The next colours"}`, Want: "401 403 403 403 200 200"},

		{Call: "GET /api/v1/me/shares", Want: "401 403 200 200 200 200"},
		{Call: "POST /api/v1/shares", Body: `{"kind": "idea", "id": {thanked}}`, Want: "401 403 201 403 403 403"},
		{Call: "POST /api/v1/shares", Body: `{"kind": "idea", "id": {idea}}`, Want: "401 403 403 403 403 403"}, // nothing came of it yet
		{Call: "POST /api/v1/shares", Body: `{"kind": "idea", "id": {internal}}`, Want: "401 403 404 404 409 409"},
		{Call: "DELETE /api/v1/shares/{share}", Want: "401 403 204 404 404 404"},
		{Call: "GET /api/v1/thanks?kind=idea&id={idea}", Want: "200"},
		{Call: "GET /api/v1/thanks?kind=idea&id={internal}", Want: "404 404 404 404 200 200", For: "-"},
		{Call: "POST /api/v1/thanks", Body: `{"kind": "idea", "id": {idea}, "reason": "It made me think."}`, Want: "401 403 409 201 201 201"},
		{Call: "POST /api/v1/thanks", Body: `{"kind": "idea", "id": {hidden}, "reason": "It made me think."}`, Want: "401 403 409 404 409 409"},
		{Call: "PATCH /api/v1/thanks/{thanks}", Body: `{"state": "withdrawn"}`, Want: "401 403 200 403 403 403"},
		{Call: "PATCH /api/v1/thanks/{thanks}", Body: `{"state": "hidden", "reason": "An advertisement."}`, Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/people/{staff}/thanks", Want: "200"},
		{Call: "GET /api/v1/people/{staff}/lasted", Want: "200"},
		{Call: "PUT /api/v1/me/credit", Body: `{"shown": true}`, Want: "401 403 200 200 200 200"},

		{Call: "PUT /api/v1/purpose", Body: `{"body": "Paper for everybody."}`, Want: "401 403 403 403 403 200"},
		{Call: "GET /api/v1/purpose", Want: "200"},
		{Call: "GET /api/v1/purposes", Want: "200"},
		{Call: "POST /api/v1/charters", Want: "401 403 403 403 201 201"},
		{Call: "GET /api/v1/charters/{charter_draft}", Want: "404 404 404 404 200 200"},
		{Call: "PUT /api/v1/charters/{charter_draft}", Body: `{"clauses": [{"title": "Ink", "mode": "advise"}]}`, Want: "401 403 403 403 200 200"},
		{Call: "DELETE /api/v1/charters/{charter_draft}", Want: "401 403 403 403 204 204"},
		{Call: "POST /api/v1/charters/{charter_draft}/publish", Want: "401 403 403 403 403 200"},
		{Call: "GET /api/v1/charter", Want: "200"},
		{Call: "GET /api/v1/charters", Want: "200"},
		{Call: "GET /api/v1/overrides", Want: "200"},
		{Call: "PUT /api/v1/ideas/{idea}/clause", Body: `{"clause_id": 0}`, Want: "401 403 403 403 200 200"},
	}
}

// listenTable is the calls about what is heard, and who is answered.
func listenTable() []gatetest.Route {
	return []gatetest.Route{
		{Call: "GET /api/v1/sources", Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/sources", Body: `{"kind": "feed", "url": "{feed}", "every_seconds": 60}`, Want: "401 403 403 403 201 201"},
		{Call: "GET /api/v1/sources/{source}", Want: "401 403 403 403 200 200"},
		{Call: "PATCH /api/v1/sources/{source}", Body: `{"paused": true}`, Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/sources/{source}/poll", Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/sources/{source}/secret", Want: "401 403 403 403 422 422"},
		{Call: "POST /api/v1/hooks/{source}", Body: `{"text": "x"}`, Want: "401"},
		{Call: "DELETE /api/v1/sources/{source}", Want: "401 403 403 403 204 204"},
		{Call: "GET /api/v1/lists", Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/lists", Body: `{"name": "{name}", "items": ["papier"]}`, Want: "401 403 403 403 201 201"},
		{Call: "GET /api/v1/lists/{list}", Want: "401 403 403 403 200 200"},
		{Call: "PUT /api/v1/lists/{list}", Body: `{"name": "{name}", "items": ["ink"]}`, Want: "401 403 403 403 200 200"},
		{Call: "DELETE /api/v1/lists/{list}", Want: "401 403 403 403 204 204"},
		{Call: "GET /api/v1/queries", Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/queries", Body: `{"name": "{name}", "text": "papier"}`, Want: "401 403 403 403 201 201"},
		{Call: "POST /api/v1/queries/try", Body: `{"text": "papier"}`, Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/queries/{query}", Want: "401 403 403 403 200 200"},
		{Call: "PUT /api/v1/queries/{query}", Body: `{"name": "{name}", "text": "ink"}`, Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/volume?by=language&step=week", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/shares?queries={query},{query}", Want: "401 403 403 403 422 422"}, // one of them is no comparison
		{Call: "GET /api/v1/queries/{query}/volume", Want: "401 403 403 403 200 200"},
		{Call: "DELETE /api/v1/queries/{query}", Want: "401 403 403 403 204 204"},

		{Call: "GET /api/v1/spikes", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/spikes/{spike}", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/trends", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/trends/{trend}", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/me/alerts", Want: "401 403 403 403 200 200"},
		{Call: "PUT /api/v1/me/alerts", Body: `{"choices": [{"query_id": 0, "spikes": true}]}`, Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/me/digest", Want: "401 403 403 403 200 200"},
		{Call: "PUT /api/v1/me/digest", Body: `{"every": "day", "hour": 8}`, Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/alerts", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/webhooks", Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/webhooks", Body: `{"url": "{feed}", "spikes": true}`, Want: "401 403 403 403 201 201"},
		{Call: "GET /api/v1/webhooks/{webhook}", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/webhooks/{webhook}/tries", Want: "401 403 403 403 200 200"},
		{Call: "PATCH /api/v1/webhooks/{webhook}", Body: `{"paused": true}`, Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/webhooks/{webhook}/test", Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/webhooks/{webhook}/secret", Want: "401 403 403 403 201 201"},
		{Call: "DELETE /api/v1/webhooks/{webhook}", Want: "401 403 403 403 204 204"},
		{Call: "POST /api/v1/mentions", Body: `{"source": "Shop", "text": "Nice."}`, Want: "401 403 403 403 201 200"}, // known by then
		{Call: "POST /api/v1/mentions", Body: `[{"source": "Shop", "text": "Nice."}]`, Want: "401 403 403 403 201 201"},
		{Call: "GET /api/v1/mentions", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/mentions/{mention}", Want: "401 403 403 403 200 200"},
		{Call: "PATCH /api/v1/mentions/{mention}", Body: `{"state": "hidden", "reason": "An advertisement."}`, Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/mentions/{mention}/corrections", Body: `{"what": "mood", "became": "negative"}`, Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/checks", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/heard", Want: "200"},

		{Call: "GET /api/v1/threads", Want: "404 404 404 404 200 200"},
		{Call: "POST /api/v1/threads", Body: `{"subject": "Peru", "body": "Do you ship there?"}`, Want: "401 201 201 201 201 201"},
		{Call: "POST /api/v1/threads", Body: `{"subject": "Peru", "body": "Do you ship there?", "to_id": {owner}, "public": true}`, Want: "401 201 201 201 201 422"}, // nobody writes to themselves
		{Call: "POST /api/v1/letters", Body: `{"subject": "Peru", "body": "Do you ship there?", "to_id": {owner}, "public": true, "name": "Rosa Quispe", "email": "rosa@example.org"}`, Want: "202 202 202 202 202 422"},
		{Call: "GET /api/v1/threads/{letter}", Want: "200"},
		{Call: "GET /api/v1/threads/{hidden_letter}", Want: "404 404 200 404 200 200"},
		{Call: "PATCH /api/v1/threads/{letter}", Body: `{"letter_state": "hidden", "reason": "An advertisement."}`, Want: "404 404 404 404 200 200"},
		{Call: "PATCH /api/v1/threads/{hidden_letter}", Body: `{"letter_state": "visible"}`, Want: "404 404 404 404 200 200"},
		{Call: "PATCH /api/v1/threads/{letter}", Body: `{"letter_state": "withdrawn"}`, Want: "401 403 200 403 403 403"},
		{Call: "POST /api/v1/threads/{letter}/messages", Body: `{"body": "And to Chile?"}`, Want: "404 404 201 404 201 201"},
		{Call: "GET /api/v1/people/{staff}/answers", Want: "200"},
		{Call: "POST /api/v1/threads", Body: `{"mention_id": {mention}}`, Want: "404 404 404 404 201 201"},
		{Call: "GET /api/v1/threads/{thread}", Want: "404 404 200 404 200 200"},
		{Call: "PATCH /api/v1/threads/{thread}", Body: `{"state": "closed", "reason": "Said by telephone."}`, Want: "404 404 404 404 200 200"},
		{Call: "POST /api/v1/threads/{thread}/messages", Body: `{"body": "And to Chile?"}`, Want: "404 404 201 404 201 201"},
		{Call: "POST /api/v1/threads/{thread}/messages", Body: `{"body": "Ask the warehouse.", "note": true}`, Want: "404 404 404 404 201 201"},
		{Call: "GET /api/v1/messages/{message}", Want: "404 404 200 404 200 200"},
		{Call: "PATCH /api/v1/messages/{message}", Body: `{"body": "Do you send it there?"}`, Want: "404 404 200 404 403 403"},
	}
}

// peopleTable is the calls about people and tribes.
func peopleTable() []gatetest.Route {
	return []gatetest.Route{
		{Call: "GET /api/v1/people", Want: "200"},
		{Call: "POST /api/v1/people", Body: `{"name": "Nina Koch", "email": "{name}@example.org", "role": "staff"}`, Want: "401 403 403 403 403 201"},
		{Call: "GET /api/v1/people/{member}", Want: "200"},
		{Call: "GET /api/v1/people/{somebody}", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/people/{staff}", Want: "200"},
		{Call: "PATCH /api/v1/people/{somebody}", Body: `{"role": "staff"}`, Want: "401 403 403 403 403 200"},
		{Call: "GET /api/v1/people/{member}/moments", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/people/{member}/threads", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/accounts/{account}", Want: "401 403 403 403 200 200"},
		{Call: "PATCH /api/v1/accounts/{account}", Body: `{"person_id": {member}}`, Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/accounts/{account}/moments", Want: "401 403 403 403 200 200"},

		{Call: "GET /api/v1/tribes", Want: "200"},
		{Call: "POST /api/v1/tribes", Body: `{"name": "Tribe {name}"}`, Want: "401 403 201 201 201 201"},
		{Call: "GET /api/v1/tribes/{tribe}", Want: "200"},
		{Call: "GET /api/v1/tribes/{hidden_tribe}", Want: "404 404 200 404 200 200"},
		{Call: "PATCH /api/v1/tribes/{tribe}", Body: `{"stands": "We write."}`, Want: "401 403 200 403 403 403"},
		{Call: "PATCH /api/v1/tribes/{tribe}", Body: `{"state": "hidden", "reason": "An advertisement."}`, Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/tribes/{tribe}/members", Want: "200"},
		{Call: "PUT /api/v1/tribes/{tribe}/membership", Body: `{"named": true}`, Want: "401 403 200 200 200 200"},
		{Call: "DELETE /api/v1/tribes/{tribe}/membership", Want: "401 403 204 204 204 204"},
		{Call: "GET /api/v1/tribes/{tribe}/words", Want: "200"},
		{Call: "POST /api/v1/tribes/{tribe}/words", Body: `{"word": "ink"}`, Want: "401 403 204 403 403 403"},
		{Call: "PUT /api/v1/tribes/{tribe}/words/{word}", Want: "401 403 204 403 403 403"},
		{Call: "DELETE /api/v1/tribes/{tribe}/words/{word}", Want: "401 403 204 403 403 403"},
		{Call: "GET /api/v1/tribes/{tribe}/makings", Want: "200"},
		{Call: "PUT /api/v1/tribes/{tribe}/ideas/{idea}", Want: "401 403 204 403 403 403"},
		{Call: "DELETE /api/v1/tribes/{tribe}/ideas/{idea}", Want: "401 403 204 403 403 403"},
		{Call: "GET /api/v1/tribes/{tribe}/strength", Want: "403 403 200 403 200 200"},
		{Call: "GET /api/v1/ideas/{idea}/support", Want: "200"},
		{Call: "GET /api/v1/ideas/{internal}/support", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/groups", Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/groups/look", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/groups/{tribe}", Want: "401 403 403 403 404 404", For: "GET /api/v1/groups/{id}"},
		{Call: "GET /api/v1/me/tribes", Want: "401 403 200 200 200 200"},
		{Call: "GET /api/v1/me/suggested", Want: "401 403 200 200 200 200"},
		{Call: "POST /api/v1/me/suggested/{tribe}", Body: `{"answer": "refuse"}`, Want: "401 403 404 404 404 404", For: "POST /api/v1/me/suggested/{id}"},
	}
}

// selfTable is the calls about oneself and the site; leaving comes last.
func selfTable() []gatetest.Route {
	return []gatetest.Route{
		{Call: "GET /api/v1/me", Want: "401 403 200 200 200 200"},
		{Call: "PATCH /api/v1/me", Body: `{"votes_shown": true, "mails": {"comments": true}}`, Want: "401 403 200 200 200 200"},
		{Call: "GET /api/v1/me/export", Want: "401 403 200 200 200 200"},
		{Call: "GET /api/v1/me/threads", Want: "401 403 200 200 200 200"},
		{Call: "GET /api/v1/me/voices", Want: "401 403 200 200 200 200"},
		{Call: "GET /api/v1/me/accounts", Want: "401 403 200 200 200 200"},
		{Call: "DELETE /api/v1/me/accounts/{account}", Want: "401 403 404 404 404 404"},
		{Call: "GET /api/v1/me/sessions", Want: "401 403 200 200 200 200"},
		{Call: "DELETE /api/v1/me/sessions/{session}", Want: "401 403 204 404 404 404"},
		{Call: "GET /api/v1/me/tokens", Want: "401 403 200 200 200 200"},
		{Call: "POST /api/v1/me/tokens", Body: `{"name": "import"}`, Want: "401 403 201 201 201 201"},
		{Call: "DELETE /api/v1/me/tokens/{token}", Want: "401 403 204 404 404 404"},

		{Call: "GET /api/v1/site", Want: "200"},
		{Call: "PATCH /api/v1/site", Body: `{"brand": "Papier"}`, Want: "401 403 403 403 403 200"},
		{Call: "GET /api/v1/counts", Want: "200"},
		{Call: "GET /api/v1/clock", Want: "200"},
		{Call: "GET /api/v1/clock?days=30", Want: "200"},
		{Call: "GET /api/v1/loop", Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/loop/heard", Want: "401 403 403 403 200 200", For: "GET /api/v1/loop/{step}"},
		{Call: "GET /api/v1/loop/found?week=13", Want: "401 403 403 403 200 200", For: "-"},
		{Call: "GET /api/v1/loop/said?who=customer", Want: "401 403 403 403 200 200", For: "-"},
		{Call: "GET /api/v1/brand-gap", Want: "401 403 403 403 200 200"},
		{Call: "POST /api/v1/brand-gap", Want: "401 403 403 403 202 202"},
		{Call: "GET /api/v1/outbox", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/outbox/{delivery}", Want: "404 404 404 404 200 200"},
		{Call: "POST /api/v1/outbox/{failed}/again", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/audit", Want: "404 404 404 404 200 200"},

		{Call: "DELETE /api/v1/me", Want: "401 403 204 204 204 409"},
	}
}

// tribuneTable is the calls of the tribune.
func tribuneTable() []gatetest.Route {
	return []gatetest.Route{
		{Call: "GET /api/v1/posts", Want: "200"},
		{Call: "GET /api/v1/posts?mine=true", Want: "401 403 200 200 200 200", For: "-"},
		{Call: "POST /api/v1/posts", Body: `{"title": "On paper"}`, Want: "401 403 201 201 201 201"},
		{Call: "POST /api/v1/posts", Body: `{"title": "On paper", "body": "It is thin.", "publish": true}`, Want: "401 403 201 201 201 201"},
		{Call: "POST /api/v1/posts", Body: `{"title": "On paper", "audience": "staff"}`, Want: "401 403 422 422 201 201"},
		{Call: "GET /api/v1/posts/{post}", Want: "200"},
		{Call: "GET /api/v1/posts/{draft}", Want: "404 404 200 404 404 404"},
		{Call: "GET /api/v1/posts/{internal_post}", Want: "404 404 404 404 200 200"},
		{Call: "PATCH /api/v1/posts/{post}", Body: `{"title": "On thin paper"}`, Want: "401 403 200 403 403 403"},
		{Call: "PATCH /api/v1/posts/{draft}", Body: `{"title": "On thin paper"}`, Want: "404 404 200 404 404 404"},
		{Call: "PATCH /api/v1/posts/{post}", Body: `{"state": "withdrawn"}`, Want: "401 403 200 403 403 403"},
		{Call: "PATCH /api/v1/posts/{post}", Body: `{"state": "hidden", "reason": "An advertisement."}`, Want: "401 403 403 403 200 200"},
		{Call: "DELETE /api/v1/posts/{draft}", Want: "404 404 204 404 404 404"},
		{Call: "DELETE /api/v1/posts/{post}", Want: "401 403 409 403 403 403"},
		{Call: "POST /api/v1/posts/{draft}/publish", Want: "404 404 200 404 404 404"},
		{Call: "POST /api/v1/posts/{post}/publish", Want: "401 403 200 403 403 403"},
		{Call: "POST /api/v1/posts/{post}/pictures", Body: `{"data": "R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=", "alt": "White"}`, Want: "401 403 201 403 403 403"},
		{Call: "PUT /api/v1/posts/{post}/reactions/thanks", Want: "401 403 409 200 200 200", For: "PUT /api/v1/posts/{id}/reactions/{kind}"},
		{Call: "DELETE /api/v1/posts/{post}/reactions/asks", Want: "401 403 409 200 200 200", For: "DELETE /api/v1/posts/{id}/reactions/{kind}"},
		{Call: "GET /api/v1/posts/{post}/replies", Want: "200"},
		{Call: "GET /api/v1/posts/{internal_post}/replies", Want: "404 404 404 404 200 200"},
		{Call: "POST /api/v1/posts/{post}/replies", Body: `{"body": "Is it?"}`, Want: "401 403 201 201 201 201"},
		{Call: "PATCH /api/v1/replies/{reply}", Body: `{"body": "It is."}`, Want: "401 403 200 403 403 403"},
		{Call: "PATCH /api/v1/replies/{reply}", Body: `{"state": "hidden", "reason": "An advertisement."}`, Want: "401 403 403 403 200 200"},
		{Call: "GET /api/v1/posts/{post}/history", Want: "200"},
		{Call: "GET /api/v1/posts/{internal_post}/history", Want: "404 404 404 404 200 200"},
		{Call: "GET /api/v1/posts/{post}/suggestions", Want: "401 403 200 200 200 200"},
		{Call: "POST /api/v1/posts/{post}/suggestions", Body: `{"title": "On thin paper", "body": "It is thin."}`, Want: "401 403 409 201 201 201"},
		{Call: "GET /api/v1/suggestions/{edit}", Want: "404 404 200 404 200 200"},
		{Call: "POST /api/v1/suggestions/{edit}/take", Want: "404 404 200 404 403 403"},
		{Call: "POST /api/v1/suggestions/{edit}/leave", Body: `{"answer": "It reads well."}`, Want: "404 404 200 404 403 403"},
		{Call: "POST /api/v1/suggestions/{edit}/withdraw", Want: "404 404 403 404 200 403"},
	}
}

// TestRoutesByRole sends every call as everybody. The description says which
// calls there are; one without a row fails.
func TestRoutesByRole(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	w := newWorld(s)
	var patterns []string
	var description struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal([]byte(s.visitor().call("GET /openapi.json").text), &description); err != nil {
		t.Fatal(err)
	}
	for path, calls := range description.Paths {
		for method := range calls {
			patterns = append(patterns, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(patterns)
	gatetest.Require(t, patterns, table())
	gatetest.Try(t, gatetest.Face{Handler: s.Handler, Sign: w.sign, Fresh: w.fresh, Check: problem}, table())
}

// problem checks that an answer is JSON, and an error a problem.
func problem(t testing.TB, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code == http.StatusNoContent {
		return
	}
	want := "application/json"
	if w.Code >= 400 {
		want = "application/problem+json"
	}
	if got := w.Header().Get("Content-Type"); got != want || !json.Valid(w.Body.Bytes()) {
		t.Errorf("%d answers %q: %s", w.Code, got, w.Body)
	}
}

// world makes the things that the table is about.
type world struct {
	*site
	who  map[gatetest.Who]*client
	feed string
	n    int

	tribe int64 // the last one made: words are in it
	board int64 // the last one made: talks and questions are in it
}

func newWorld(s *site) *world {
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Forum</title></channel></rss>`)
	}))
	s.t.Cleanup(feed.Close)
	return &world{site: s, feed: feed.URL, who: map[gatetest.Who]*client{
		gatetest.Visitor: s.visitor(), gatetest.Guest: s.guest(), gatetest.Member: s.person("Anna Blum", know.Member),
		gatetest.Other: s.person("Ben Okoye", know.Member), gatetest.Staff: s.person("Sofia Reyes", know.Staff), gatetest.Owner: s.person("Olga Maas", know.Owner)}}
}

func (w *world) sign(r *http.Request, who gatetest.Who) {
	if token := w.who[who].token; token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
}

// fresh makes a thing; what somebody owns is the member's. It does so by the
// folders' own calls, not by the API.
func (w *world) fresh(t testing.TB, name string) string {
	t.Helper()
	ctx, member, staff := t.Context(), w.who[gatetest.Member].Actor, w.who[gatetest.Staff].Actor
	w.n++
	label := fmt.Sprintf("thing%d", w.n)
	ideas := 0
	propose := func(a know.Actor, audience know.Audience) (int64, error) {
		ideas++
		i, err := w.ideas.Propose(ctx, a, shape.NewIdea{Title: fmt.Sprintf("An idea, %s, %d", label, ideas), Audience: audience})
		return i.ID, err
	}
	var id int64
	var err error
	switch name {
	case "name":
		return label
	case "feed":
		return w.feed + "/" + label
	case "member":
		id = member.ID
	case "staff":
		id = staff.ID
	case "owner":
		id = w.who[gatetest.Owner].ID
	case "somebody":
		var p know.Person
		p, _, err = w.people.AddPerson(ctx, "Some Body", label+"@example.org", know.Member)
		id = p.ID
	case "idea", "other_idea":
		id, err = propose(member, know.Public)
	case "thanked": // an idea whose maker a release thanks
		if id, err = propose(member, know.Public); err == nil {
			_, err = w.ideas.MakeRelease(ctx, staff, shape.NewRelease{Title: "New paper", Ideas: []int64{id}})
		}
	case "members":
		id, err = propose(member, know.Members)
	case "internal":
		id, err = propose(staff, know.Team)
	case "hidden":
		if id, err = propose(member, know.Public); err == nil {
			err = w.ideas.Hide(ctx, staff, id, "An advertisement.")
		}
	case "merged":
		var into int64
		if id, err = propose(member, know.Public); err == nil {
			if into, err = propose(member, know.Public); err == nil {
				err = w.ideas.Merge(ctx, staff, id, into)
			}
		}
	default:
		return w.freshMore(t, name, label)
	}
	if err != nil {
		t.Fatal(name, err)
	}
	return fmt.Sprint(id)
}

func (w *world) freshMore(t testing.TB, name, label string) string {
	t.Helper()
	ctx, member, staff := t.Context(), w.who[gatetest.Member].Actor, w.who[gatetest.Staff].Actor
	made := func(id int64, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(name, err)
		}
		return fmt.Sprint(id)
	}
	idea := func() int64 {
		i, err := w.ideas.Propose(ctx, member, shape.NewIdea{Title: "An idea, " + label})
		made(i.ID, err)
		return i.ID
	}
	switch name {
	case "tribe", "hidden_tribe":
		x, err := w.tribes.Start(ctx, member, tribe.NewTribe{Name: "A tribe, " + label})
		if err == nil && name == "hidden_tribe" {
			err = w.tribes.Hide(ctx, staff, x.ID, "An advertisement.")
		}
		w.tribe = x.ID
		return made(x.ID, err)
	case "word":
		made(0, w.tribes.Suggest(ctx, member, w.tribe, "slow"))
		words, err := w.tribes.Words(ctx, member, w.tribe)
		return made(words[0].ID, err)
	case "comment":
		c, err := w.ideas.Comment(ctx, member, idea(), "Me, too.", "")
		return made(c.ID, err)
	case "voice":
		v, err := w.ideas.AddVoice(ctx, member, idea(), shape.VoiceFrom{Words: "I would buy ten."})
		return made(v.ID, err)
	case "decision":
		d, err := w.ideas.Decide(ctx, staff, idea(), shape.NewDecision{Stage: shape.Planned, Reason: "We will make it in spring."})
		return made(d.ID, err)
	case "charter_draft":
		v, err := w.charter.Draft(ctx, staff)
		made(v.ID, err)
		v, err = w.charter.Save(ctx, staff, v.ID, charter.Edit{Edits: -1, Clauses: []charter.Clause{{Title: "Colours", Mode: charter.Decide, Votes: 50}}})
		return made(v.ID, err)
	case "release":
		r, err := w.ideas.MakeRelease(ctx, staff, shape.NewRelease{Title: "New paper"})
		return made(r.ID, err)
	case "call":
		c, err := w.ideas.OpenCall(ctx, staff, shape.NewCall{Title: "The next colour", Will: "Make it.", Gets: "One of the first."})
		return made(c.ID, err)
	case "post", "draft", "internal_post", "reply", "edit":
		return made(w.write(t, name, label))
	case "source":
		s, err := w.radar.AddSource(ctx, staff, listen.NewSource{Name: label, URL: w.feed + "/" + label})
		return made(s.ID, err)
	case "webhook": // there may be twenty of them
		all, err := w.relays.List(ctx, staff)
		made(0, err)
		for _, old := range all {
			made(0, w.relays.Remove(ctx, staff, old.ID))
		}
		o, _, err := w.relays.Add(ctx, staff, relay.Wish{URL: w.feed, Spikes: true})
		return made(o.ID, err)
	case "list":
		return made(w.radar.PutList(ctx, staff, 0, listen.NewList{Name: label, Items: []string{label}}))
	case "query":
		q, _, err := w.radar.AddQuery(ctx, staff, listen.NewQuery{Name: label, Text: label})
		return made(q.ID, err)
	case "mention", "account":
		heard, err := w.radar.Hear(ctx, staff, []listen.Post{{Source: "Shop", ExternalID: label, URL: "https://shop.example/" + label, Author: listen.Author{Name: label}, Text: "Left-handed notebooks, please."}})
		made(0, err)
		if name == "mention" {
			return made(heard[0].ID, heard[0].Err)
		}
		m, err := w.radar.Mention(ctx, staff, heard[0].ID)
		return made(m.Account, err)
	case "purchase", "bought", "naming", "tree":
		return made(w.buy(t, name, label))
	case "letter", "hidden_letter":
		th, err := w.inbox.WriteTo(ctx, member, converse.NewLetter{To: staff.ID, Public: true, Subject: "Peru " + label, Body: "Do you ship there?"})
		if err == nil && name == "hidden_letter" {
			err = w.inbox.HideLetter(ctx, staff, th.ID, "An advertisement.")
		}
		return made(th.ID, err)
	case "thread", "message":
		th, err := w.inbox.Letter(ctx, member, "Peru "+label, "Do you ship there?")
		made(0, err)
		_, said, err := w.inbox.Thread(ctx, member, th.ID)
		made(0, err)
		return made(map[string]int64{"thread": th.ID, "message": said[0].ID}[name], nil)
	}
	return w.freshLast(t, name, label)
}

func (w *world) freshLast(t testing.TB, name, label string) string {
	t.Helper()
	ctx, member := t.Context(), w.who[gatetest.Member].Actor
	var id int64
	var err error
	switch name {
	case "share":
		l, err := w.advocacy.MakeShare(ctx, member, event.Ref{Kind: "idea", ID: mustID(w.fresh(t, "thanked"))})
		if err != nil {
			t.Fatal(err)
		}
		return l.Code
	case "thanks":
		d, err := w.advocacy.Thank(ctx, member, advocate.NewThanks{Subject: event.Ref{Kind: "decision", ID: mustID(w.fresh(t, "decision"))}, Reason: "At last."})
		if err != nil {
			t.Fatal(err)
		}
		id = d.ID
	case "spike", "trend":
		insert := `insert into spike (query_id, kind, start_at, end_at, going_on, peak, expected, z, found_at) values (0, 'rise', 1, 2, 0, 9, 1, 6, 3) returning id`
		if name == "trend" {
			insert = `insert into trend (kind, label, authors, place, found_at, seen_at) values ('need', 'pen loop', 5, 0, 1, 1) returning id`
		}
		err = w.db.Update(ctx, func(tx *storage.Tx) (err error) {
			id, err = tx.Insert(ctx, insert)
			return err
		})
	case "session":
		var secret string
		if _, secret, err = w.people.AddPerson(ctx, member.Name, "anna@example.org", know.Member); err == nil {
			if _, _, _, err = w.people.Use(ctx, secret, "", "test"); err == nil {
				var all []know.Session
				all, err = w.people.Sessions(ctx, member, "")
				id = all[0].ID
			}
		}
	case "token":
		if _, err = w.people.NewToken(ctx, member, label); err == nil {
			var all []know.Token
			all, err = w.people.Tokens(ctx, member)
			id = all[0].ID
		}
	case "delivery", "failed":
		err = w.db.Update(ctx, func(tx *storage.Tx) error {
			if err := w.events.Put(ctx, tx, event.Delivery{Dedup: label, Kind: "decision", Person: member.ID}); err != nil || name == "delivery" {
				return err
			}
			_, err := tx.Exec(ctx, `update outbox set state = 'failed' where dedup = $1`, label)
			return err
		})
		if err == nil {
			err = w.db.Row(ctx, `select id from outbox where dedup = $1`, label).Scan(&id)
		}
	default:
		return w.freshBoard(t, name)
	}
	if err != nil {
		t.Fatal(name, err)
	}
	return fmt.Sprint(id)
}

// guest is somebody who has not confirmed who they are, and yet has a token.
func (s *site) guest() *client {
	s.t.Helper()
	g := s.person("Gus Lind", know.Member)
	err := s.db.Update(s.t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(s.t.Context(), `update person set role = 'guest' where id = $1`, g.ID)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return g
}

// write makes a post of the member, or an internal one of staff; or what staff
// suggest, or the member replies, under such a post.
func (w *world) write(t testing.TB, name, label string) (int64, error) {
	ctx, member, staff := t.Context(), w.who[gatetest.Member].Actor, w.who[gatetest.Staff].Actor
	a, audience := member, know.Public
	if name == "internal_post" {
		a, audience = staff, know.Team
	}
	p, err := w.posts.Begin(ctx, a, post.NewPost{Title: "On paper, " + label, Body: "It is thick.", Audience: audience})
	if err == nil && name != "draft" {
		p, err = w.posts.Publish(ctx, a, p.ID)
	}
	if err != nil {
		return 0, err
	}
	switch name {
	case "reply":
		r, err := w.posts.Reply(ctx, member, p.ID, 0, "Is it?", "")
		return r.ID, err
	case "edit":
		e, err := w.posts.Suggest(ctx, staff, p.ID, post.NewSuggestion{Title: "On thin paper", Body: "It is thin."})
		return e.ID, err
	}
	return p.ID, nil
}

// mustID reads the id of a thing made for the table.
func mustID(text string) int64 {
	id, _ := strconv.ParseInt(text, 10, 64)
	return id
}
