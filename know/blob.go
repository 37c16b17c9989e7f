package know

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"

	"tribune/internal/fault"
	"tribune/storage"
)

// Picture gives a picture by the SHA-256 of its bytes.
func (d *Directory) Picture(ctx context.Context, sha string) (data []byte, contentType string, err error) {
	err = d.db.Row(ctx, `select data, type from blob where sha256 = $1`, sha).Scan(&data, &contentType)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", fault.New(fault.NotFound, "There is no such picture.")
	}
	return data, contentType, err
}

// PutBlob stores a picture once and gives its hash; no data gives "".
func (d *Directory) PutBlob(ctx context.Context, tx *storage.Tx, data []byte, contentType string) (string, error) {
	if len(data) == 0 {
		return "", nil
	}
	sum := sha256.Sum256(data)
	sha := hex.EncodeToString(sum[:])
	_, err := tx.Exec(ctx, `insert into blob (sha256, type, data, made_at) values ($1, $2, $3, $4) on conflict (sha256) do nothing`,
		sha, contentType, data, storage.Micros(d.now()))
	return sha, err
}

// DropBlob removes a picture that nobody shows any more; who showed it has
// let go of it before.
func (d *Directory) DropBlob(ctx context.Context, tx *storage.Tx, sha string) error {
	if sha == "" {
		return nil
	}
	s, err := readSite(ctx, tx)
	if err != nil || s.Logo == sha {
		return err
	}
	_, err = tx.Exec(ctx, `delete from blob where sha256 = $1 and not exists (select 1 from person where photo = $1)
		and not exists (select 1 from post_picture where sha256 = $1)`, sha)
	return err
}
