package listen

import "context"

// Place is a source as everybody may know of it: what kind it is, and of a
// feed, which anybody can read, its name and address.
type Place struct {
	Kind      SourceKind
	Name      string // of a feed, else ""
	URL       string // of a feed, else ""
	Addressed bool
}

// Listening gives the places we listen to, for the public page that says so:
// the feeds by name, of the others each kind once. Paused ones are left out.
func (r *Radar) Listening(ctx context.Context) ([]Place, error) {
	rows, err := r.db.Query(ctx, `select kind, name, url, addressed from source where paused = 0 and removed_at = 0 order by kind <> 'feed', kind, name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var places []Place
	seen := map[SourceKind]bool{}
	for rows.Next() {
		var p Place
		var addressed int
		if err := rows.Scan(&p.Kind, &p.Name, &p.URL, &addressed); err != nil {
			return nil, err
		}
		p.Addressed = addressed == 1
		if p.Kind != FeedSource {
			if seen[p.Kind] {
				continue
			}
			seen[p.Kind] = true
			p.Name, p.URL = "", ""
		}
		places = append(places, p)
	}
	return places, rows.Err()
}

// Places gives every source there is or was as everybody may know of it, by
// its id: of a feed its name and address, of the others their kind.
func (r *Radar) Places(ctx context.Context) (map[int64]Place, error) {
	rows, err := r.db.Query(ctx, `select id, kind, name, url, addressed from source`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	places := map[int64]Place{}
	for rows.Next() {
		var p Place
		var id int64
		var addressed int
		if err := rows.Scan(&id, &p.Kind, &p.Name, &p.URL, &addressed); err != nil {
			return nil, err
		}
		if p.Addressed = addressed == 1; p.Kind != FeedSource {
			p.Name, p.URL = "", ""
		}
		places[id] = p
	}
	return places, rows.Err()
}
