package yardstick

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// hooks is the least that a webhook takes: the proof in constant time, and one pipelined transaction that records the delivery
// and puts the pushed state into the entity's row. It goes back to the vendor for nothing.
type hooks struct {
	db   *pgxpool.Pool
	want Hook
}

const (
	mostBody = 1 << 20
	deliver  = `insert into yardstick.delivery (id, connection, dedupe_key, vendor_id) values ($1, $2, $3, $4) on conflict (connection, dedupe_key) do nothing`
	upsert   = `insert into yardstick.entity (connection, vendor_id, effective) values ($1, $2, $3)
		on conflict (connection, vendor_id) do update set effective = excluded.effective, version = yardstick.entity.version + 1, changed_at = now()`
)

// ServeHTTP takes POST /webhooks/{connection}.
func (h hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if same(user, h.want.User)&same(password, h.want.Password) != 1 {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if err := h.take(r); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
}

func (h hooks) take(r *http.Request) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, mostBody))
	if err != nil {
		return err
	}
	var event struct {
		ID     string `json:"id"`
		Ticket struct {
			ID int64 `json:"id"`
		} `json:"ticket"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		return err
	}
	if event.Ticket.ID == 0 {
		return errors.New("no ticket")
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	connection, ticket := r.PathValue("connection"), strconv.FormatInt(event.Ticket.ID, 10)
	b := &pgx.Batch{} // outside a transaction, a batch is one
	b.Queue(deliver, id, connection, event.ID, ticket)
	b.Queue(upsert, connection, ticket, body)
	return h.db.SendBatch(r.Context(), b).Close()
}

func same(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}
