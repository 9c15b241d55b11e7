package sim

import (
	"maps"
	"net/url"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// change is one request, or one thing that time does, on its way into the state of an account. It holds s.writing.
type change struct {
	s       *Stripe
	a       *account
	at      int64  // unix seconds
	request string // id of the request; empty: no request
	key     string // idempotency key of the request
	by      string // "api", "person", "time", "vendor"
	form    url.Values
	told    []func() // events, until the change is whole
}

// mint is the identity of a new object.
func (c *change) mint(kind string) identity {
	return c.named(kind, kinds()[kind]+"_"+strings.ReplaceAll(c.s.dice.UUID(), "-", "")[:24])
}

func (c *change) named(kind, id string) identity {
	c.s.serial++
	return identity{ID: id, Object: kind, serial: c.s.serial, born: c.at}
}

// put keeps an object and writes the ledger; what says "create", "update", "capture" ...
func (c *change) put(what string, o object) {
	c.store(o)
	c.record(what, o)
}

// store keeps an object without a word in the ledger: it is a consequence of something that has one.
func (c *change) store(o object) {
	id := o.self()
	c.a.shelves[id.Object].Put(id.ID, o, c.s.time())
}

func (c *change) remove(o object) {
	id := o.self()
	c.a.shelves[id.Object].Remove(id.ID, c.s.time())
	c.record("delete", o)
}

// record writes the ledger. Its marks are the object's metadata and the key of the request: what was made twice shows as two
// entries with one key, or as two creates with one mark of the caller's.
func (c *change) record(what string, o object) {
	id := o.self()
	entry := vendorsim.Entry{At: c.s.time(), Kind: id.Object, ID: id.ID, Op: what, By: c.by, Fields: map[string]any{}, Marks: map[string]string{"account": c.a.id}}
	if c.by == "api" {
		entry.Application = "api"
	}
	for name, values := range c.form {
		entry.Fields[name] = strings.Join(values, ",")
	}
	if p, ok := o.(interface{ parent() string }); ok {
		entry.Parent = p.parent()
	}
	if m, ok := o.(interface{ marks() map[string]string }); ok {
		maps.Copy(entry.Marks, m.marks())
	}
	if c.key != "" {
		entry.Marks["idempotency_key"] = c.key
	}
	c.s.ledger.Append(entry)
}
