package know

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"errors"

	"tribune/internal/fault"
	"tribune/storage"
)

// ForgetStrangers takes away who accounts are, if nobody claimed them: what
// they were called, and where they spoke. Their rows stay, nameless, for what
// is counted.
func (d *Directory) ForgetStrangers(ctx context.Context, tx *storage.Tx, accounts []int64) error {
	if len(accounts) == 0 {
		return nil
	}
	holes, args := storage.Holes(1, accounts)
	_, err := tx.Exec(ctx, `update account set address = 'left:' || id, name = '', url = '' where id in (`+holes+`) and person_id = 0`, args...)
	return err
}

// HeldToken gives the token of the page that shows what is held about an
// account: whoever has it sees that page. It never ends, and says nothing by
// itself.
func (d *Directory) HeldToken(ctx context.Context, account int64) (string, error) {
	key, err := d.heldKey(ctx)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(signed(key, account)), nil
}

// HeldAccount reads a token that HeldToken gave.
func (d *Directory) HeldAccount(ctx context.Context, token string) (int64, error) {
	data, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil && len(data) == 24 {
		key, err := d.heldKey(ctx)
		if err != nil {
			return 0, err
		}
		account := int64(binary.BigEndian.Uint64(data))
		if hmac.Equal(data, signed(key, account)) {
			return account, nil
		}
	}
	return 0, fault.New(fault.NotFound, "This link is not whole. Open it as it stands in the answer you were given.")
}

// signed is an account's id and 128 bits of its HMAC-SHA256.
func signed(key []byte, account int64) []byte {
	id := binary.BigEndian.AppendUint64(nil, uint64(account))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("held:"))
	mac.Write(id)
	return append(id, mac.Sum(nil)[:16]...)
}

// heldKey gives the site's key for these tokens, made when it is first needed.
func (d *Directory) heldKey(ctx context.Context) ([]byte, error) {
	const read = `select value from setting where name = 'held_key'`
	var value string
	err := d.db.Row(ctx, read).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		err = d.db.Update(ctx, func(tx *storage.Tx) error {
			if _, err := tx.Exec(ctx, `insert into setting (name, value) values ('held_key', $1) on conflict (name) do nothing`, rand.Text()+rand.Text()); err != nil {
				return err
			}
			return tx.Row(ctx, read).Scan(&value)
		})
	}
	return []byte(value), err
}
