package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/board"
)

func (s *service) boardRoutes() {
	add(s, "boards", "GET /boards", "listBoards", "Consumer consulting boards, the latest first", http.StatusOK, s.boardsList)
	add(s, "boards", "POST /boards", "openBoard", "Open a board: members can apply from then on", http.StatusCreated, s.boardOpen)
	add(s, "boards", "GET /boards/{id}", "getBoard", "One board", http.StatusOK, s.boardGet)
	add(s, "boards", "PUT /boards/{id}", "changeBoard", "Change a board that takes applications; its earlier wording is kept. Once somebody has applied, seats, who may apply and the seed stay, and applications can only be taken for longer; a value that may be known before the pool was frozen makes room for a later one, with the same closes_at", http.StatusOK, s.boardChange)
	add(s, "boards", "PUT /boards/{id}/quotas", "setQuotas", "Replace the quotas of a board to which nobody has applied yet; later none at all, once applications are over and the quotas cannot be met", http.StatusOK, s.quotasSet)
	add(s, "boards", "GET /boards/{id}/preview", "previewDraw", "Whether the seats could be drawn from who applied so far, and which quota fails", http.StatusOK, s.boardPreview)
	add(s, "boards", "POST /boards/{id}/invitations", "inviteToBoard", "Ask somebody to apply; may be repeated", http.StatusNoContent, s.boardInvite)
	add(s, "boards", "PUT /boards/{id}/application", "apply", "Apply for a seat, or change what I said", http.StatusOK, s.boardApply)
	add(s, "boards", "DELETE /boards/{id}/application", "unapply", "Take my application back; may be repeated", http.StatusNoContent, s.boardUnapply)
	add(s, "boards", "GET /boards/{id}/applications", "listApplications", "Who applied, for staff", http.StatusOK, s.applicationsList)
	add(s, "boards", "PUT /boards/{id}/pool", "closeBoard", "Freeze the pool once applications are over, and publish its hash; may be repeated", http.StatusOK, s.boardClose)
	add(s, "boards", "GET /boards/{id}/pool", "getPool", "The frozen pool and the quotas, as the CSV files that replay the draw", http.StatusOK, s.poolGet)
	add(s, "boards", "PUT /boards/{id}/draw", "drawBoard", "Draw the seats with the announced value; the same value again changes nothing", http.StatusOK, s.boardDraw)
	add(s, "boards", "GET /boards/{id}/draw", "getDraw", "The draw, and what followed when a seat was free", http.StatusOK, s.drawGet)
	add(s, "boards", "GET /boards/{id}/seats", "listSeats", "Who sits on a board: those who agree to be shown; all for the board and staff", http.StatusOK, s.seatsList)
	add(s, "boards", "PUT /boards/{id}/seat", "takeSeat", "Accept the seat I was drawn for; may be repeated. Of who works here by now it goes to the next, and the answer is 403", http.StatusNoContent, s.seatTake)
	add(s, "boards", "DELETE /boards/{id}/seat", "leaveSeat", "Decline my seat, or give it back; may be repeated", http.StatusNoContent, s.seatLeave)
	add(s, "boards", "GET /boards/{id}/talks", "listTalks", "What a board talks about, for its members and staff", http.StatusOK, s.talksList)
	add(s, "boards", "POST /boards/{id}/talks", "openTalk", "Begin to talk about something", http.StatusCreated, s.talkOpen)
	add(s, "boards", "GET /boards/{id}/talks/{talk}", "getTalk", "What is said in a talk, oldest first", http.StatusOK, s.talkGet)
	add(s, "boards", "POST /boards/{id}/talks/{talk}", "sayOnBoard", "Say something in a talk", http.StatusCreated, s.talkSay)
	add(s, "boards", "PATCH /boards/{id}/said/{said}", "changeSaid", "Reword, withdraw, hide or show what was said", http.StatusOK, s.saidChange)
	add(s, "boards", "GET /boards/{id}/tasks", "listTasks", "Questions to a board: all for the board, else those whose result is public", http.StatusOK, s.tasksList)
	add(s, "boards", "POST /boards/{id}/tasks", "askBoard", "Ask a board a question", http.StatusCreated, s.taskAsk)
	add(s, "boards", "GET /boards/{id}/tasks/{task}", "getTask", "One question, its result, and the answers I may read", http.StatusOK, s.taskGet)
	add(s, "boards", "PUT /boards/{id}/tasks/{task}/answer", "answerTask", "Answer a question, or change my answer", http.StatusOK, s.taskAnswer)
	add(s, "boards", "DELETE /boards/{id}/tasks/{task}/answer", "takeAnswer", "Take my answer back; may be repeated", http.StatusNoContent, s.taskUnanswer)
	add(s, "boards", "POST /boards/{id}/tasks/{task}/result", "reportTask", "Give the result back to every member", http.StatusOK, s.taskReport)
	add(s, "boards", "PUT /boards/{id}/tasks/{task}/vote", "voteOnResult", "Say with my seat whether the result goes to the square", http.StatusOK, s.taskVote)
}

// Board is a consumer consulting board.
type Board struct {
	ID           int64        `json:"id"`
	URL          string       `json:"url" doc:"Its page"`
	Name         string       `json:"name"`
	Purpose      string       `json:"purpose" doc:"Markdown"`
	CompanyGets  string       `json:"company_gets" doc:"Markdown"`
	MembersGet   string       `json:"members_get" doc:"Markdown"`
	Duties       string       `json:"duties" doc:"Markdown: what members do"`
	HostID       int64        `json:"host_id" doc:"Who of the company answers for it"`
	From         time.Time    `json:"from"`
	To           time.Time    `json:"to"`
	Seats        int          `json:"seats"`
	Invited      bool         `json:"invited" doc:"Only who is invited may apply"`
	ClosesAt     time.Time    `json:"closes_at" doc:"Applications are taken until then"`
	Announced    string       `json:"announced" doc:"First part of the seed"`
	Beacon       string       `json:"beacon" doc:"The value that nobody controls: which, and where it is published"`
	Counts       string       `json:"counts" doc:"What of it counts; empty of a board announced before that was asked"`
	Numbers      int          `json:"numbers" doc:"How many whole numbers count; 0 if a code does, or if it was not said"`
	Digits       int          `json:"digits" doc:"How many hexadecimal digits the code has that counts; 0 if whole numbers count"`
	BeaconAt     time.Time    `json:"beacon_at" doc:"When it becomes known"`
	State        string       `json:"state" enum:"open,closed,drawn,ended"`
	Applications int64        `json:"applications"`
	PoolHash     string       `json:"pool_hash,omitempty" doc:"SHA-256 of the pool's CSV file"`
	PoolSize     int          `json:"pool_size,omitempty"`
	Value        string       `json:"value,omitempty" doc:"Of the beacon, in its one form: numbers without leading zeros and sorted by size; a code in small letters"`
	Seed         string       `json:"seed,omitempty"`
	ClosedAt     time.Time    `json:"closed_at,omitzero"`
	DrawnAt      time.Time    `json:"drawn_at,omitzero"`
	DrawnBy      int64        `json:"drawn_by,omitempty" doc:"Who typed the value"`
	EndedAt      time.Time    `json:"ended_at,omitzero"`
	Quotas       []BoardQuota `json:"quotas,omitempty" doc:"With one board, not in lists"`
}

// BoardQuota bounds how many seats go to people with a value.
type BoardQuota struct {
	Feature string `json:"feature" enum:"country,tribe,tenure"`
	Value   string `json:"value" doc:"A country's two letters, a tribe's number, or 0-1, 1-3, 3+ years"`
	Min     int    `json:"min"`
	Max     int    `json:"max"`
}

func (s *service) board(b board.Board) Board {
	return Board{ID: b.ID, URL: s.URL + "/boards/" + strconv.FormatInt(b.ID, 10), Name: b.Name, Purpose: b.Purpose, CompanyGets: b.CompanyGets, MembersGet: b.MembersGet, Duties: b.Duties,
		HostID: b.Host, From: b.From, To: b.To, Seats: b.Seats, Invited: b.Invited, ClosesAt: b.ClosesAt, Announced: b.Announced, Beacon: b.Beacon, Counts: b.Counts, Numbers: b.Numbers, Digits: b.Digits, BeaconAt: b.BeaconAt,
		State: string(b.State), Applications: b.Applications, PoolHash: b.PoolHash, PoolSize: b.PoolSize, Value: b.Value, Seed: b.Seed(), ClosedAt: b.ClosedAt,
		DrawnAt: b.DrawnAt, DrawnBy: b.DrawnBy, EndedAt: b.EndedAt}
}

// whole gives a board with its quotas.
func (s *service) wholeBoard(ctx context.Context, a *gate.Asker, b board.Board) (*answer[Board], error) {
	quotas, err := s.Boards.Quotas(ctx, a.Actor, b.ID)
	if err != nil {
		return nil, err
	}
	out := s.board(b)
	for _, q := range quotas {
		out.Quotas = append(out.Quotas, BoardQuota(q))
	}
	return body(out), nil
}

func (s *service) boardsList(ctx context.Context, a *gate.Asker, in *Paged) (*answer[List[Board]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	all, err := s.Boards.List(ctx, a.Actor, before, in.limit())
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > 0 {
		next = in.after(len(all) == in.limit(), all[len(all)-1].ID)
	}
	return page(all, next, s.board), nil
}

func (s *service) boardGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Board], error) {
	b, err := s.Boards.Board(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.wholeBoard(ctx, a, b)
}

// BoardTerms is what a board is opened with. Times are days where the site is, or
// RFC 3339.
type BoardTerms struct {
	Name        string `json:"name" doc:"4 to 120 characters"`
	Purpose     string `json:"purpose"`
	CompanyGets string `json:"company_gets"`
	MembersGet  string `json:"members_get"`
	Duties      string `json:"duties"`
	HostID      int64  `json:"host_id,omitempty" doc:"Me, if it is not given"`
	From        string `json:"from"`
	To          string `json:"to" doc:"Of a day, its end"`
	Seats       int    `json:"seats"`
	Invited     bool   `json:"invited,omitempty"`
	ClosesAt    string `json:"closes_at" doc:"Of a day, its end"`
	Announced   string `json:"announced,omitempty" doc:"First part of the seed; the name and the day applications close, if it is not given. The board's number is put before it"`
	Beacon      string `json:"beacon" doc:"Which value that nobody controls is added to the seed, and where it is published"`
	Counts      string `json:"counts" doc:"What of it counts, as: the seven main numbers, without the extra one"`
	Numbers     int    `json:"numbers,omitempty" doc:"How many whole numbers count, 1 to 50; left out if a code does"`
	Digits      int    `json:"digits,omitempty" doc:"How many hexadecimal digits the code has that counts, 8 to 256; left out if whole numbers count"`
	BeaconAt    string `json:"beacon_at" doc:"After closes_at"`
}

func (s *service) terms(ctx context.Context, t BoardTerms) (n board.NewBoard, err error) {
	n = board.NewBoard{Name: t.Name, Purpose: t.Purpose, CompanyGets: t.CompanyGets, MembersGet: t.MembersGet, Duties: t.Duties, Host: t.HostID, Seats: t.Seats,
		Invited: t.Invited, Announced: t.Announced, Beacon: t.Beacon, Counts: t.Counts, Numbers: t.Numbers, Digits: t.Digits}
	var wrong [4]error
	n.From, wrong[0] = s.moment(ctx, "from", t.From)
	n.To, wrong[1] = s.end(ctx, "to", t.To)
	n.ClosesAt, wrong[2] = s.end(ctx, "closes_at", t.ClosesAt)
	n.BeaconAt, wrong[3] = s.moment(ctx, "beacon_at", t.BeaconAt)
	return n, fault.All(wrong[:]...)
}

func (s *service) boardOpen(ctx context.Context, a *gate.Asker, in *struct{ Body BoardTerms }) (*answer[Board], error) {
	n, err := s.terms(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	b, err := s.Boards.Convene(ctx, a.Actor, n)
	if err != nil {
		return nil, err
	}
	return body(s.board(b)), nil
}

func (s *service) boardChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body BoardTerms
}) (*answer[Board], error) {
	n, err := s.terms(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	b, err := s.Boards.Change(ctx, a.Actor, in.ID, n)
	if err != nil {
		return nil, err
	}
	return s.wholeBoard(ctx, a, b)
}

func (s *service) quotasSet(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Items []BoardQuota `json:"items"`
	}
}) (*answer[Board], error) {
	quotas := make([]board.Quota, len(in.Body.Items))
	for n, q := range in.Body.Items {
		quotas[n] = board.Quota(q)
	}
	if err := s.Boards.SetQuotas(ctx, a.Actor, in.ID, quotas); err != nil {
		return nil, err
	}
	return s.boardGet(ctx, a, &in.ByID)
}

// DrawPreview says whether seats could be drawn.
type DrawPreview struct {
	Possible  bool   `json:"possible"`
	Reason    string `json:"reason,omitempty" doc:"Which quota fails, or what else"`
	Pool      int    `json:"pool"`
	Available []int  `json:"available" nullable:"false" doc:"How many have the value of each quota, in the order of the quotas"`
}

func (s *service) boardPreview(ctx context.Context, a *gate.Asker, in *ByID) (*answer[DrawPreview], error) {
	p, err := s.Boards.Preview(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	out := DrawPreview{Possible: p.Fails == nil, Pool: p.Pool, Available: append([]int{}, p.Available...)}
	if err := p.Fault(); err != nil {
		out.Reason = s.printer(a).Fault(err)
	}
	return body(out), nil
}

func (s *service) boardInvite(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		PersonID int64 `json:"person_id"`
	}
}) (*none, error) {
	return nil, s.Boards.Invite(ctx, a.Actor, in.ID, in.Body.PersonID)
}

// Application is somebody's wish to sit on a board.
type Application struct {
	Number   int       `json:"number" doc:"What the pool calls it"`
	PersonID int64     `json:"person_id"`
	Sentence string    `json:"sentence"`
	Country  string    `json:"country,omitempty"`
	TribeID  int64     `json:"tribe_id,omitempty"`
	Since    time.Time `json:"since" doc:"When they joined"`
	At       time.Time `json:"at"`
}

func application(p board.Application) Application {
	return Application{p.Number, p.Person, p.Sentence, p.Country, p.Tribe, p.Since, p.At}
}

func (s *service) boardApply(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Sentence string `json:"sentence"`
		Country  string `json:"country,omitempty"`
		TribeID  int64  `json:"tribe_id,omitempty" doc:"One I belong to"`
		Code     string `json:"code,omitempty" doc:"Of an invitation by link"`
	}
}) (*answer[Application], error) {
	b := in.Body
	p, err := s.Boards.Apply(ctx, a.Actor, in.ID, board.NewApplication{Sentence: b.Sentence, Country: b.Country, Tribe: b.TribeID, Code: b.Code})
	if err != nil {
		return nil, err
	}
	return body(application(p)), nil
}

func (s *service) boardUnapply(ctx context.Context, a *gate.Asker, in *ByID) (*none, error) {
	return nil, s.Boards.Unapply(ctx, a.Actor, in.ID)
}

func (s *service) applicationsList(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[Application]], error) {
	after, err := in.before()
	if err != nil {
		return nil, err
	}
	all, err := s.Boards.Applications(ctx, a.Actor, in.ID, int(after), in.limit())
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > 0 {
		next = in.after(len(all) == in.limit(), int64(all[len(all)-1].Number))
	}
	return page(all, next, application), nil
}

func (s *service) boardClose(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Board], error) {
	b, err := s.Boards.Close(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.wholeBoard(ctx, a, b)
}

// Pool is the files of a draw.
type Pool struct {
	Pool   string `json:"pool" doc:"pool.csv: external_id and the features that have quotas"`
	Quotas string `json:"quotas" doc:"quotas.csv: feature,value,min,max"`
	SHA256 string `json:"sha256" doc:"Of pool.csv"`
}

func (s *service) poolGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Pool], error) {
	csv, err := s.Boards.Pool(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	quotas, err := s.Boards.Quotas(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	b, err := s.Boards.Board(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return body(Pool{csv, board.QuotasCSV(quotas), b.PoolHash}), nil
}

func (s *service) boardDraw(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Value string `json:"value" doc:"The value that was announced: its one form enters the seed. Whole numbers stand in any order, with blanks, commas, semicolons, plus signs, dashes or line breaks between them; in a code blanks, dashes and one 0x before it are passed over. Another kind or count than announced is refused"`
	}
}) (*answer[Board], error) {
	b, err := s.Boards.Draw(ctx, a.Actor, in.ID, in.Body.Value)
	if err != nil {
		return nil, err
	}
	return s.wholeBoard(ctx, a, b)
}

// DrawRound is the draw, or what followed when a seat was free.
type DrawRound struct {
	Round   int       `json:"round"`
	Keep    []int     `json:"keep" nullable:"false" doc:"Seated before"`
	Without []int     `json:"without" nullable:"false" doc:"Not taking part any more"`
	Seated  []int     `json:"seated" nullable:"false"`
	Failed  bool      `json:"failed,omitempty" doc:"Nobody who waits fits: a seat stays empty"`
	Command string    `json:"command" doc:"Replays it from the files"`
	At      time.Time `json:"at"`
}

func (s *service) drawGet(ctx context.Context, a *gate.Asker, in *PartOf) (*answer[List[DrawRound]], error) {
	b, err := s.Boards.Board(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	rounds, err := s.Boards.Rounds(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return page(rounds, "", func(r board.Round) DrawRound {
		return DrawRound{r.Round, append([]int{}, r.Keep...), append([]int{}, r.Parted...), append([]int{}, r.Seated...), r.Failed, b.Command(r), r.At}
	}), nil
}

// Seat is a seat on a board.
type Seat struct {
	Number   int       `json:"number" doc:"Of the application"`
	State    string    `json:"state" enum:"offered,accepted,left"`
	Person   *Author   `json:"person,omitempty" doc:"Who sits there, if I may know"`
	AnswerBy time.Time `json:"answer_by,omitzero"`
}

func (s *service) seatsList(ctx context.Context, a *gate.Asker, in *PartOf) (*answer[List[Seat]], error) {
	seats, err := s.Boards.Seats(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(seats))
	for n, x := range seats {
		ids[n] = x.Person
	}
	people, err := s.People.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	return page(seats, "", func(x board.Seat) Seat {
		out := Seat{Number: x.Number, State: string(x.State)}
		if x.State == board.Offered {
			out.AnswerBy = x.AnswerBy
		}
		if x.Person != 0 {
			p := s.author(people, x.Person, false)
			out.Person = &p
		}
		return out
	}), nil
}

func (s *service) seatTake(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Shown bool `json:"shown,omitempty" doc:"My name may stand on the public page, beside the number of my application: who looks that number up in the pool reads which tribe I stand for"`
	}
}) (*none, error) {
	return nil, s.Boards.Accept(ctx, a.Actor, in.ID, in.Body.Shown)
}

func (s *service) seatLeave(ctx context.Context, a *gate.Asker, in *ByID) (*none, error) {
	return nil, s.Boards.Decline(ctx, a.Actor, in.ID)
}

// stateOf reads what is to become of words.
func (s *service) setSaid(ctx context.Context, a know.Actor, id, said int64, state, reason string) error {
	switch know.TextState(state) {
	case know.Withdrawn:
		return s.Boards.WithdrawSaid(ctx, a, id, said)
	case know.Hidden:
		return s.Boards.HideSaid(ctx, a, id, said, reason)
	case know.Visible:
		return s.Boards.ShowSaid(ctx, a, id, said)
	}
	return fault.New(fault.Invalid, "A state is visible, hidden or withdrawn.").On("state")
}
