package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"tribune/internal/fault"
	"tribune/internal/query"
)

// heldQueries are the queries of a file by their numbers in it, from 1.
type heldQueries struct {
	set     *query.Set
	queries map[int64]*query.Query
	ids     map[int64]string // as JSON writes them
	refused refusedQueries
}

// refusedQueries is how many queries of a file were refused. The others were
// matched; a script can tell by the exit code, as after an import.
type refusedQueries int

func (n refusedQueries) Error() string {
	if n == 1 {
		return "1 query was refused; the others were matched"
	}
	return fmt.Sprintf("%d queries were refused; the others were matched", int(n))
}

// ExitCode tells a partial run from one that failed as a whole.
func (refusedQueries) ExitCode() int { return 3 }

// fileQuery is an entry of a file of queries: a query, or a list that queries
// name.
type fileQuery struct {
	ID    json.RawMessage `json:"id"`
	Text  string          `json:"text"`
	List  string          `json:"list"`
	Kind  query.ListKind  `json:"kind"`
	Items []string        `json:"items"`

	line int
}

// fileShelf gives the lists of a file by their names and its queries by their
// ids.
type fileShelf struct {
	lists   map[string]query.List
	queries map[string]string
}

// List gives a list of the file.
func (s fileShelf) List(name string) (query.List, bool) { l, ok := s.lists[name]; return l, ok }

// Query gives the text of a query of the file.
func (s fileShelf) Query(name string) (string, bool) { q, ok := s.queries[name]; return q, ok }

// Names gives the names of the file's lists, or the ids of its queries.
func (s fileShelf) Names(lists bool) []string {
	if lists {
		return slices.Sorted(maps.Keys(s.lists))
	}
	return slices.Sorted(maps.Keys(s.queries))
}

// readQueries reads a file of queries. Those that can not be read are named
// with their lines on problems, and the others count.
func readQueries(path string, problems io.Writer) (*heldQueries, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	refused := refusedQueries(0)
	tell := func(line int, what any) { fmt.Fprintf(problems, "queries, line %d: %v\n", line, what) }
	complain := func(line int, err error) {
		refused++
		tell(line, err)
	}
	var all []fileQuery
	switch trimmed := bytes.TrimSpace(text); {
	case bytes.HasPrefix(trimmed, []byte("{")):
		all = queryLines(text, complain)
	case bytes.HasPrefix(trimmed, []byte("[")):
		if err := json.Unmarshal(trimmed, &all); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for i := range all {
			all[i].line = i + 1
		}
	default:
		all = queryYAML(string(text), complain)
	}
	shelf := fileShelf{map[string]query.List{}, map[string]string{}}
	for _, q := range all {
		if q.List != "" {
			if q.Kind == "" {
				q.Kind = query.ListWords
			}
			shelf.lists[q.List] = query.List{Kind: q.Kind, Items: q.Items}
		} else if id, err := q.id(); err == nil {
			shelf.queries[strings.Trim(id, `"`)] = q.Text
		}
	}
	held := &heldQueries{set: query.NewSet(), queries: map[int64]*query.Query{}, ids: map[int64]string{}}
	seen := map[string]bool{}
	held.set.Change(func(put func(int64, *query.Query)) {
		for i, q := range all {
			if q.List != "" {
				continue
			}
			id, err := q.id()
			if err == nil && seen[id] {
				err = fmt.Errorf("the id %s is there already", id)
			}
			var parsed *query.Query
			if err == nil {
				parsed, err = query.ParseWith(q.Text, shelf)
			}
			if err != nil {
				complain(q.line, err)
				continue
			}
			n := int64(i + 1)
			seen[id] = true
			held.ids[n], held.queries[n] = id, parsed
			put(n, parsed)
			for _, w := range parsed.Warnings() {
				tell(q.line, "warning: "+fault.Fill(w.Text, w.Args...))
			}
		}
	})
	if len(held.queries) == 0 {
		return nil, fmt.Errorf("%s: no query could be read; write {\"id\": 1, \"text\": \"coffee mug\"} on each line", path)
	}
	held.refused = refused
	return held, nil
}

// id gives the id of a query as JSON writes it.
func (q fileQuery) id() (string, error) {
	id := string(bytes.TrimSpace(q.ID))
	if id == "" || strings.ContainsAny(id[:1], "{[tfn") {
		return "", errors.New("a query needs an id, a number or a string")
	}
	return id, nil
}

// queryLines reads queries as NDJSON.
func queryLines(text []byte, complain func(int, error)) []fileQuery {
	var all []fileQuery
	number := 0
	for line := range bytes.Lines(text) {
		number++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		q := fileQuery{line: number}
		if err := json.Unmarshal(line, &q); err != nil {
			complain(number, err)
			continue
		}
		all = append(all, q)
	}
	return all
}

// queryYAML reads queries as the YAML list that people write by hand: entries
// that begin with "- ", members "name: value" with a value that is plain, in
// quotation marks, or a block after | or >. It reads no more of YAML than that.
func queryYAML(text string, complain func(int, error)) []fileQuery {
	var all []fileQuery
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " \t\r")
		bare := strings.TrimLeft(line, " ")
		if bare == "" || bare[0] == '#' || line == "---" || line == "..." {
			continue
		}
		indent := len(line) - len(bare)
		if strings.HasPrefix(bare, "- ") {
			all = append(all, fileQuery{line: i + 1})
			member := strings.TrimLeft(bare[2:], " ")
			indent += len(bare) - len(member)
			bare = member
		}
		name, value, ok := strings.Cut(bare, ":")
		if !ok || len(all) == 0 || value != "" && value[0] != ' ' {
			complain(i+1, errors.New(`write a list of queries, each as "- id: name" and below it "  text: words to look for"`))
			continue
		}
		value = strings.TrimSpace(value)
		at := i + 1
		var err error
		if style, _, _ := strings.Cut(value, " "); style != "" && strings.Contains("| > |- >- |+ >+", style) {
			value, i = yamlBlock(lines, i, indent, style[0])
		} else {
			value, err = yamlScalar(value)
		}
		if err == nil {
			err = all[len(all)-1].set(name, value)
		}
		if err != nil {
			complain(at, err)
		}
	}
	return all
}

// set sets a member of an entry.
func (q *fileQuery) set(name, value string) error {
	switch name {
	case "id":
		q.ID = json.RawMessage(value)
		if !json.Valid(q.ID) || strings.ContainsAny(value[:1], "{[tfn\"") {
			q.ID = appendString(nil, value)
		}
	case "text":
		q.Text = value
	}
	return nil
}

// yamlBlock reads the lines below i that stand further in than a member does,
// and gives the last of them; style is | or >.
func yamlBlock(lines []string, i, indent int, style byte) (text string, last int) {
	var block []string
	for i+1 < len(lines) {
		next := strings.TrimRight(lines[i+1], " \t\r")
		bare := strings.TrimLeft(next, " ")
		if bare != "" && len(next)-len(bare) <= indent {
			break
		}
		block = append(block, bare)
		i++
	}
	between := "\n"
	if style == '>' {
		between = " "
	}
	return strings.TrimSpace(strings.Join(block, between)), i
}

// yamlScalar reads a value on one line.
func yamlScalar(s string) (string, error) {
	wrong := fmt.Errorf("%s is no value of YAML on one line; close its quotation mark", s)
	switch {
	case strings.HasPrefix(s, `"`):
		end := len(s)
		for end > 1 {
			var text string
			if json.Unmarshal([]byte(s[:end]), &text) == nil {
				if rest := strings.TrimSpace(s[end:]); rest != "" && rest[0] != '#' {
					return "", wrong
				}
				return text, nil
			}
			end = strings.LastIndexByte(s[:end-1], '"') + 1
		}
		return "", wrong
	case strings.HasPrefix(s, "'"):
		body := strings.ReplaceAll(s[1:], "''", "\x00")
		text, rest, ok := strings.Cut(body, "'")
		if rest = strings.TrimSpace(rest); !ok || rest != "" && rest[0] != '#' {
			return "", wrong
		}
		return strings.ReplaceAll(text, "\x00", "'"), nil
	}
	if i := strings.Index(s, " #"); i >= 0 {
		s = strings.TrimSpace(s[:i])
	}
	return s, nil
}
