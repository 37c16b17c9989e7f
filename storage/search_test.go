package storage_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tribune/storage"
	"tribune/storage/storagetest"
)

func TestFullText(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		texts := map[int64][]string{
			1: {"the", "binding", "of", "notebook", "3.5", "broke"},
			2: {"paper", "o'neil", `back\slash`, `quo"te`},
			3: {"notebook", strings.Repeat("x", 3000)},
			4: nil,
		}
		if err := db.Update(ctx, func(tx *storage.Tx) error {
			for id, words := range texts {
				if err := storage.PutText(ctx, tx, "mention_search", id, []string{"before"}); err != nil {
					return err
				}
				if err := storage.PutText(ctx, tx, "mention_search", id, words); err != nil {
					return err
				}
			}
			return storage.DropText(ctx, tx, "mention_search", 4)
		}); err != nil {
			t.Fatal(err)
		}
		for _, k := range []struct {
			words []string
			how   storage.Match
			want  []int64
		}{
			{[]string{"notebook"}, storage.AllWords, []int64{1, 3}},
			{[]string{"notebook", "broke"}, storage.AllWords, []int64{1}},
			{[]string{"notebook", "bro"}, storage.AllWords, nil},
			{[]string{"notebook", "bro"}, storage.LastBegins, []int64{1}},
			{[]string{"paper", "broke"}, storage.AnyWord, []int64{1, 2}},
			{[]string{storage.Begin("note"), "bind"}, storage.AllWords, nil},
			{[]string{storage.Begin("bind"), "notebook"}, storage.AllWords, []int64{1}},
			{[]string{storage.Begin("pap"), storage.Begin("bro")}, storage.AnyWord, []int64{1, 2}},
			{[]string{storage.Begin("xxxx")}, storage.AllWords, []int64{3}},
			{[]string{"before"}, storage.AllWords, nil},
			{[]string{"o'neil", `back\slash`, `quo"te`}, storage.AllWords, []int64{2}},
			{[]string{"3.5"}, storage.AllWords, []int64{1}},
			{[]string{"*"}, storage.AllWords, nil},
			{nil, storage.AllWords, nil},
		} {
			got := find(ctx, t, db, k.words, k.how)
			if diff := cmp.Diff(k.want, got); diff != "" {
				t.Errorf("%q, %d: %s", k.words, k.how, diff)
			}
		}
	})
}

func find(ctx context.Context, t *testing.T, db *storage.DB, words []string, how storage.Match) []int64 {
	t.Helper()
	condition, arg := storage.MatchText(db, "mention_search", 1, words, how)
	ids, err := storage.All(ctx, db, storage.Scalar[int64], `select s.rowid from mention_search s where s.rowid `+condition+` order by 1`, arg)
	if err != nil {
		t.Errorf("%q: %v", words, err)
	}
	return ids
}
