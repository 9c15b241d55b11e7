package delivery

import (
	"context"
	"errors"
	"time"
)

const (
	// atOnce bounds the calls of one connection under way, whose bodies are in memory; more are asked to come again.
	atOnce = 500
	// takeLimit is how long one may take to be taken in: a vendor would not wait longer.
	takeLimit = 10 * time.Second
	// aside is the part of the connections to Postgres that one connection's calls may hold while each is recorded by itself.
	aside = 4
)

// share is what one connection may take of what all of them have: a flood of calls, or a row that somebody holds, is in no other's way.
type share struct {
	calls chan struct{} // under way
	alone chan struct{} // recorded by themselves, where they may have to wait for a row
}

func newShare(pool int32) share {
	return share{calls: make(chan struct{}, atOnce), alone: make(chan struct{}, max(1, pool/aside))}
}

// enter takes a place for a call; false: there is none.
func (s share) enter() bool {
	select {
	case s.calls <- struct{}{}:
		return true
	default:
		return false
	}
}

func (s share) leave() { <-s.calls }

var errBusy = errors.New("too many calls of the connection wait for others that cannot be recorded") //nolint:gochecknoglobals // a sentinel

// byItself does what has to be done apart from others, when it is its turn.
func (s share) byItself(ctx context.Context, do func() error) error {
	select {
	case s.alone <- struct{}{}:
		defer func() { <-s.alone }()
		return do()
	case <-ctx.Done():
		return errBusy
	}
}
