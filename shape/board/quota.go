package board

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"tribune/internal/fault"
	"tribune/internal/sortition"
	"tribune/know"
	"tribune/storage"
)

// SetQuotas replaces the quotas of a board to which nobody has applied yet.
// Later all of them may go, once applications are closed and they cannot be met.
func (s *Boards) SetQuotas(ctx context.Context, a know.Actor, id int64, quotas []Quota) error {
	if err := know.Require(a, know.Call, know.Subject{}); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		b, err := s.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if b.State != Open {
			return frozen()
		}
		clean, err := checkQuotas(b.Seats, quotas)
		if err != nil {
			return err
		}
		if err := s.checkTribes(ctx, tx, clean); err != nil {
			return err
		}
		was, err := readQuotas(ctx, tx, id)
		if err != nil || slices.Equal(was, clean) {
			return err
		}
		if b.Settled() {
			if len(clean) > 0 {
				return settled("quotas")
			}
			if err := s.mayDrop(ctx, tx, b); err != nil {
				return err
			}
		}
		if len(was) > 0 || b.Applications > 0 { // somebody may have read what stood there
			if err := s.keep(ctx, tx, a, b, was); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `update board set edited_at = $1 where id = $2`, storage.Micros(s.now()), id); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `delete from board_quota where board_id = $1`, id); err != nil {
			return err
		}
		for _, q := range clean {
			if _, err := tx.Exec(ctx, `insert into board_quota (board_id, feature, value, least, most) values ($1, $2, $3, $4, $5)`, id, q.Feature, q.Value, q.Min, q.Max); err != nil {
				return err
			}
		}
		return s.fact(ctx, tx, a, Changed, "board", id, 0, 0)
	})
}

// checkTribes refuses quotas on tribes that nobody belongs to: no draw meets them.
func (s *Boards) checkTribes(ctx context.Context, tx *storage.Tx, quotas []Quota) error {
	for _, q := range quotas {
		if q.Feature != Tribe {
			continue
		}
		id, err := strconv.ParseInt(q.Value, 10, 64)
		if err != nil {
			return err
		}
		switch peopled, err := s.people.Peopled(ctx, tx, know.CircleOf("tribe", id)); {
		case err != nil:
			return err
		case !peopled:
			return fault.New(fault.Invalid, "Nobody belongs to a tribe of the number {value}.", "value", q.Value).On("quotas")
		}
	}
	return nil
}

// checkQuotas cleans quotas, sorts them as they are read, and refuses what no
// draw of so many seats can meet, whoever applies.
func checkQuotas(seats int, quotas []Quota) ([]Quota, error) {
	if len(quotas) > maxQuotas {
		return nil, fault.New(fault.Invalid, "A board has at most {most} quotas.", "most", maxQuotas).On("quotas")
	}
	clean := make([]Quota, 0, len(quotas))
	for _, q := range quotas {
		q.Feature, q.Value = strings.TrimSpace(q.Feature), strings.TrimSpace(q.Value)
		if !slices.Contains(Features(), q.Feature) {
			return nil, fault.New(fault.Invalid, "Quotas are on country, tribe or tenure.").On("quotas")
		}
		if q.Feature == Country {
			q.Value = strings.ToUpper(q.Value)
		}
		if !fits(q) {
			return nil, fault.New(fault.Invalid, "No quota can be on “{value}”: a country is two letters, as NO; a tribe its number; tenure 0-1, 1-3 or 3+ years.", "value", q.Value).On("quotas")
		}
		if q.Min < 0 || q.Max < q.Min || q.Max > seats {
			return nil, fault.New(fault.Invalid, "The quota for {value} needs a smallest number of 0 or more, and a largest one from that to {seats}.", "value", q.Value, "seats", seats).On("quotas")
		}
		if slices.ContainsFunc(clean, func(o Quota) bool { return o.Feature == q.Feature && o.Value == q.Value }) {
			return nil, fault.New(fault.Invalid, "There are two quotas for {value}. Keep one.", "value", q.Value).On("quotas")
		}
		clean = append(clean, q)
	}
	slices.SortFunc(clean, func(a, b Quota) int {
		if d := slices.Index(Features(), a.Feature) - slices.Index(Features(), b.Feature); d != 0 {
			return d
		}
		return strings.Compare(a.Value, b.Value)
	})
	return clean, add(seats, clean)
}

// add refuses quotas on one feature that cannot be met together: everybody has
// one country, one tribe and one tenure, and only tenure has no other values
// than those of which each may have its quota.
func add(seats int, quotas []Quota) error {
	for _, f := range Features() {
		least, most, n := 0, 0, 0
		for _, q := range quotas {
			if q.Feature == f {
				least, most, n = least+q.Min, most+q.Max, n+1
			}
		}
		of := sortition.Impossible{Quota: sortition.Quota{Feature: f}, Seats: seats, OverSeats: least > seats, UnderSeats: f == Tenure && n == len(Tenures()) && most < seats}
		if of.OverSeats || of.UnderSeats {
			return Preview{Fails: &of}.Fault()
		}
	}
	return nil
}

// fits reports whether a quota's value is one of its feature.
func fits(q Quota) bool {
	switch q.Feature {
	case Country:
		r, err := language.ParseRegion(q.Value)
		return len(q.Value) == 2 && err == nil && r.IsCountry()
	case Tribe:
		n, err := strconv.ParseInt(q.Value, 10, 64)
		return err == nil && n > 0 && strconv.FormatInt(n, 10) == q.Value
	}
	return slices.Contains(Tenures(), q.Value)
}

// Entry is one application as the pool has it: a number and values.
type Entry struct {
	Number                 int
	Country, Tribe, Tenure string
}

func (e Entry) value(feature string) string {
	switch feature {
	case Country:
		return e.Country
	case Tribe:
		return e.Tribe
	}
	return e.Tenure
}

func (e Entry) values(features []string) []string {
	values := make([]string, len(features))
	for n, f := range features {
		values[n] = e.value(f)
	}
	return values
}

// PoolCSV writes a pool as it is published: the number of each application, and
// its values of the features that have quotas. Values are codes: nothing is
// ever quoted.
func PoolCSV(pool []Entry, quotas []Quota) string {
	names := features(quotas)
	var out strings.Builder
	out.WriteString(strings.Join(append([]string{"external_id"}, names...), ",") + "\n")
	for _, e := range pool {
		out.WriteString(strings.Join(append([]string{strconv.Itoa(e.Number)}, e.values(names)...), ",") + "\n")
	}
	return out.String()
}

// QuotasCSV writes quotas as they are published.
func QuotasCSV(quotas []Quota) string {
	var out strings.Builder
	out.WriteString("feature,value,min,max\n")
	for _, q := range quotas {
		out.WriteString(q.Feature + "," + q.Value + "," + strconv.Itoa(q.Min) + "," + strconv.Itoa(q.Max) + "\n")
	}
	return out.String()
}

// hash is what stands for a pool: that of the file as it is published.
func hash(csv string) string {
	sum := sha256.Sum256([]byte(csv))
	return hex.EncodeToString(sum[:])
}

// lot makes the draw of a pool.
func lot(b Board, quotas []Quota, pool []Entry, keep, parted []int) sortition.Draw {
	d := sortition.Draw{Seats: b.Seats, Features: features(quotas), Seed: b.Seed()}
	for _, q := range quotas {
		d.Quotas = append(d.Quotas, sortition.Quota(q))
	}
	for _, e := range pool {
		if !slices.Contains(parted, e.Number) {
			d.People = append(d.People, sortition.Person{ID: strconv.Itoa(e.Number), Values: e.values(d.Features)})
		}
	}
	for _, n := range keep {
		d.Keep = append(d.Keep, strconv.Itoa(n))
	}
	return d
}

// Preview says whether a board could be drawn from a pool.
type Preview struct {
	Pool      int
	Available []int                 // how many of the pool have the value of each quota
	Fails     *sortition.Impossible // nil: it could be drawn
}

// Fault says in words why a board cannot be drawn; nil if it can.
func (p Preview) Fault() error {
	f := p.Fails
	switch {
	case f == nil:
		return nil
	case f.Undecided:
		return fault.New(fault.Conflict, "It could not be worked out whether the quotas can be met together. Widen them.").On("quotas")
	case f.OverSeats && f.Quota.Feature == Country:
		return fault.New(fault.Conflict, "The smallest numbers for countries add up to more than the {seats} seats.", "seats", f.Seats).On("quotas")
	case f.OverSeats && f.Quota.Feature == Tribe:
		return fault.New(fault.Conflict, "The smallest numbers for tribes add up to more than the {seats} seats.", "seats", f.Seats).On("quotas")
	case f.OverSeats:
		return fault.New(fault.Conflict, "The smallest numbers for tenure add up to more than the {seats} seats.", "seats", f.Seats).On("quotas")
	case f.UnderSeats && f.Quota.Feature == Country:
		return fault.New(fault.Conflict, "The largest numbers for countries add up to less than the {seats} seats.", "seats", f.Seats).On("quotas")
	case f.UnderSeats && f.Quota.Feature == Tribe:
		return fault.New(fault.Conflict, "The largest numbers for tribes add up to less than the {seats} seats.", "seats", f.Seats).On("quotas")
	case f.UnderSeats:
		return fault.New(fault.Conflict, "The largest numbers for tenure add up to less than the {seats} seats.", "seats", f.Seats).On("quotas")
	case f.Quota.Feature != "":
		return fault.New(fault.Conflict, "The quota for {value} needs at least {need}, and {have} can be drawn.", "value", f.Quota.Value, "need", f.Quota.Min, "have", f.Available).On("quotas")
	case f.Available < f.Seats:
		return fault.New(fault.Conflict, "Fewer people applied ({have}) than there are seats ({seats}).", "seats", f.Seats, "have", f.Available).On("seats")
	}
	return fault.New(fault.Conflict, "Each quota can be met, but not all of them together.").On("quotas")
}

// Preview says whether the quotas can be met by who applied so far, and which
// one fails. It is for staff: seats are drawn later, from everybody.
func (s *Boards) Preview(ctx context.Context, a know.Actor, id int64) (Preview, error) {
	if err := know.Require(a, know.Call, know.Subject{}); err != nil {
		return Preview{}, err
	}
	b, err := read(ctx, s.db, id)
	if err != nil {
		return Preview{}, err
	}
	return s.preview(ctx, s.db, b)
}

func (s *Boards) preview(ctx context.Context, q storage.Q, b Board) (p Preview, err error) {
	quotas, err := readQuotas(ctx, q, b.ID)
	if err != nil {
		return p, err
	}
	var pool []Entry
	if b.State == Open {
		pool, err = s.applied(ctx, q, b)
	} else {
		pool, err = readPool(ctx, q, b.ID)
	}
	if err != nil {
		return p, err
	}
	p.Pool = len(pool)
	for _, u := range quotas {
		n := 0
		for _, e := range pool {
			if e.value(u.Feature) == u.Value {
				n++
			}
		}
		p.Available = append(p.Available, n)
	}
	_, err = lot(b, quotas, pool, nil, nil).Run()
	if errors.As(err, &p.Fails) {
		err = nil
	}
	return p, err
}

func readPool(ctx context.Context, q storage.Q, id int64) ([]Entry, error) {
	return storage.All(ctx, q, func(row storage.Scanner) (e Entry, err error) {
		err = row.Scan(&e.Number, &e.Country, &e.Tribe, &e.Tenure)
		return e, err
	}, `select number, country, tribe, tenure from board_pool where board_id = $1 order by number`, id)
}

// Pool gives the frozen pool of a board as a file; there is none before it is
// closed.
func (s *Boards) Pool(ctx context.Context, a know.Actor, id int64) (csv string, err error) {
	b, err := s.Board(ctx, a, id)
	if err != nil {
		return "", err
	}
	if b.State == Open {
		return "", fault.New(fault.NotFound, "The pool is published once applications are closed.")
	}
	quotas, err := readQuotas(ctx, s.db, id)
	if err != nil {
		return "", err
	}
	pool, err := readPool(ctx, s.db, id)
	return PoolCSV(pool, quotas), err
}
