// Package link answers what lies between the parts of a stack: connections that can be slowed, cut, sliced and muted.
package link

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Links are proxies inside this process. They may be shared.
type Links struct {
	server *toxiproxy.ApiServer // never serves: proxies ask it for its metrics and its log

	mu    sync.Mutex
	links map[ends]*toxiproxy.Proxy
}

type ends struct{ who, whose string }

// New has no links yet.
func New() *Links {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.New(io.Discard))
	return &Links{server: server, links: map[ends]*toxiproxy.Proxy{}}
}

// Between begins to listen for who, and leads to whose address.
func (l *Links) Between(_ context.Context, who, whose, addr string) (string, error) {
	p := toxiproxy.NewProxy(l.server, who+" to "+whose, "127.0.0.1:0", addr)
	if err := p.Start(); err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.links[ends{who, whose}] = p
	return p.Listen, nil
}

// Close ends every link.
func (l *Links) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.links {
		p.Stop()
	}
}

func (l *Links) find(who, whose string) (*toxiproxy.Proxy, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.links[ends{who, whose}]
	if p == nil {
		return nil, fmt.Errorf("nothing leads from %s to %s", who, whose)
	}
	return p, nil
}

// Cut ends all connections and refuses new ones, until it is mended.
func (l *Links) Cut(who, whose string) (mend func() error, err error) {
	p, err := l.find(who, whose)
	if err != nil {
		return nil, err
	}
	p.Stop()
	return func() error { return again(p.Start) }, nil
}

const (
	tries = 100 // a port that was given up may be somebody's for a moment
	pause = 50 * time.Millisecond

	patience = 2 * time.Second // with a toxic that does not go
)

func again(start func() error) (err error) {
	for range tries {
		if err = start(); err == nil || errors.Is(err, toxiproxy.ErrProxyAlreadyStarted) {
			return nil
		}
		time.Sleep(pause)
	}
	return err
}

// Slow delays all that comes through, either way.
func (l *Links) Slow(who, whose string, delay time.Duration) (mend func() error, err error) {
	ms := delay.Milliseconds()
	return l.spoil(who, whose, "latency", false, map[string]int64{"latency": ms, "jitter": ms / 4})
}

// Slice lets all that comes through come in small pieces.
func (l *Links) Slice(who, whose string) (mend func() error, err error) {
	return l.spoil(who, whose, "slicer", false, map[string]int64{"average_size": 40, "size_variation": 20, "delay": 200})
}

// Reset ends each connection when something comes through.
func (l *Links) Reset(who, whose string) (mend func() error, err error) {
	return l.spoil(who, whose, "reset_peer", true, map[string]int64{"timeout": 0})
}

// Mute keeps connections and swallows all that is sent; it ends them when it is mended.
func (l *Links) Mute(who, whose string) (mend func() error, err error) {
	return l.spoil(who, whose, "timeout", true, map[string]int64{"timeout": 0})
}

func (l *Links) spoil(who, whose, toxic string, ended bool, attributes map[string]int64) (func() error, error) {
	p, err := l.find(who, whose)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, stream := range []string{"upstream", "downstream"} {
		text, err := json.Marshal(map[string]any{"type": toxic, "stream": stream, "attributes": attributes})
		if err != nil {
			return nil, err
		}
		added, err := p.Toxics.AddToxicJson(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("%s on %s: %w", toxic, p.Name, err)
		}
		names = append(names, added.Name)
	}
	return func() error { return remove(p, names, ended) }, nil
}

// remove takes toxics away. What still hangs then, or swallows what is sent where a network would have ended it, is ended.
func remove(p *toxiproxy.Proxy, names []string, ended bool) error {
	removed := make(chan error, 1)
	go func() {
		var errs []error
		for _, name := range names {
			errs = append(errs, p.Toxics.RemoveToxic(context.Background(), name)) // asks it for nothing but a log
		}
		removed <- errors.Join(errs...)
	}()
	select {
	case err := <-removed:
		if !ended || err != nil {
			return err
		}
		p.Stop()
		return again(p.Start)
	case <-time.After(patience):
		p.Stop()
		return errors.Join(<-removed, again(p.Start))
	}
}
