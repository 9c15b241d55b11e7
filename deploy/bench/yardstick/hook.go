package yardstick

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// hooks is the least that a webhook takes: the proof in constant time, and one pipelined transaction that records the delivery
// and puts the pushed state into the entity's row. It goes back to the vendor for nothing.
type hooks struct {
	db     *pgxpool.Pool
	proves func(r *http.Request, body []byte) bool
	read   func(body []byte) (event, entity string, err error)
}

const (
	mostBody = 1 << 20
	deliver  = `insert into yardstick.delivery (id, connection, dedupe_key, vendor_id) values ($1, $2, $3, $4) on conflict (connection, dedupe_key) do nothing`
	upsert   = `insert into yardstick.entity (connection, vendor_id, effective) values ($1, $2, $3)
		on conflict (connection, vendor_id) do update set effective = excluded.effective, version = yardstick.entity.version + 1, changed_at = now()`
)

// newHooks believes what is signed, or what sends the password back.
func newHooks(db *pgxpool.Pool, want Hook) hooks {
	h := hooks{db: db, read: ticketOf, proves: func(r *http.Request, _ []byte) bool {
		user, password, _ := r.BasicAuth()
		return same(user, want.User)&same(password, want.Password) == 1
	}}
	if want.Secret != "" {
		h.read, h.proves = objectOf, func(r *http.Request, body []byte) bool {
			return signed(r.Header.Get("Stripe-Signature"), want.Secret, body)
		}
	}
	return h
}

// ServeHTTP takes POST /webhooks/{connection}.
func (h hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, mostBody))
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case !h.proves(r, body):
		w.WriteHeader(http.StatusUnauthorized)
	default:
		if err := h.take(r, body); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	}
}

func (h hooks) take(r *http.Request, body []byte) error {
	event, entity, err := h.read(body)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	connection := r.PathValue("connection")
	b := &pgx.Batch{} // outside a transaction, a batch is one
	b.Queue(deliver, id, connection, event, entity)
	b.Queue(upsert, connection, entity, body)
	return h.db.SendBatch(r.Context(), b).Close()
}

// ticketOf is what Halo's event tells of.
func ticketOf(body []byte) (event, entity string, err error) {
	var e struct {
		ID     string `json:"id"`
		Ticket struct {
			ID int64 `json:"id"`
		} `json:"ticket"`
	}
	if err := json.Unmarshal(body, &e); err != nil || e.Ticket.ID == 0 {
		return "", "", errors.Join(err, errors.New("no ticket"))
	}
	return e.ID, strconv.FormatInt(e.Ticket.ID, 10), nil
}

// objectOf is what Stripe's event tells of.
func objectOf(body []byte) (event, entity string, err error) {
	var e struct {
		ID   string `json:"id"`
		Data struct {
			Object struct {
				ID string `json:"id"`
			} `json:"object"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &e); err != nil || e.Data.Object.ID == "" {
		return "", "", errors.Join(err, errors.New("no object"))
	}
	return e.ID, e.Data.Object.ID, nil
}

// Sign is the header that Stripe sends with a body at a time [as its clients check it: stripe-go, webhook].
func Sign(secret string, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(sum(secret, seconds, body))
}

func sum(secret, seconds string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

func signed(header, secret string, body []byte) bool {
	at, proof, _ := strings.Cut(strings.TrimPrefix(header, "t="), ",v1=")
	given, err := hex.DecodeString(proof)
	return err == nil && hmac.Equal(given, sum(secret, at, body))
}

func same(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}
