package gate

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/budget"
)

// Ask is how many calls of a class somebody wants to make on a key.
type Ask struct {
	Name  string // of the key; "" is the connection's own
	Class budget.Class
	Calls int
}

// Grant is what an Ask got.
type Grant struct {
	Calls int
	Wait  time.Duration // if nothing was granted: when to ask again
}

// Take takes calls from the gates of one connection in tx, which holds their rows until it ends; asks are served in
// their order. Nothing is granted while a breaker is not closed or the vendor asked to wait.
func (k *Keeper) Take(ctx context.Context, tx pgx.Tx, connection string, asks ...Ask) ([]Grant, error) {
	names := make([]string, 0, len(asks))
	seen := map[string]bool{}
	for _, a := range asks {
		if !seen[a.Name] {
			seen[a.Name] = true
			names = append(names, a.Name)
		}
	}
	rows, err := k.lock(ctx, tx, connection, names)
	if err != nil {
		return nil, err
	}
	grants := make([]Grant, len(asks))
	for i, a := range asks {
		s := rows[a.Name]
		grants[i] = k.grant(&s, a)
		rows[a.Name] = s
	}
	for _, s := range rows {
		if err := save(ctx, tx, s); err != nil {
			return nil, err
		}
	}
	return grants, nil
}

func (k *Keeper) grant(s *Status, a Ask) Grant {
	if wait := s.wait(); wait > 0 {
		return Grant{Wait: wait}
	}
	var g Grant
	s.Bucket, g.Calls, g.Wait = s.Bucket.Take(k.config(s.Connection).Limit, a.Class, a.Calls, s.Now)
	return g
}
