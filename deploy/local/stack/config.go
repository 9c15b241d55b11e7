package stack

import (
	"context"
	"time"
)

// Config is what a stack is made of. Its zero value is one replica of every adapter, with Postgres and JetStream of our own
// in a temporary folder; its tags make it a command line for kong.
type Config struct {
	Bin         string        `help:"Folder of the adapters' and simulators' binaries." default:"bin" type:"path"`
	Data        string        `help:"Folder for databases, logs and configuration; empty: a temporary one, removed at the end." type:"path"`
	DatabaseURL string        `help:"A Postgres to make the adapters' databases on (postgres://…); empty: our own." env:"DATABASE_URL"`
	NATSURL     string        `name:"nats-url" help:"A NATS server with JetStream; empty: our own." env:"NATS_URL"`
	Replicas    int           `help:"Processes per adapter." default:"1"`
	Only        []string      `help:"Adapters to run: halo, stripe; none: all."`
	Tickets     int           `help:"Tickets in the simulated Halo at the start." default:"200"`
	Customers   int           `help:"Customers, and payments, in the simulated Stripe at the start." default:"50"`
	Limit       int           `help:"Requests that the simulated Halo takes per window; 0: what it documents."`
	Window      time.Duration `help:"The window of --limit; 0: what the vendor documents."`
	Scaled      bool          `help:"Limits, retry schedules and sweep intervals scaled down, as in the demo."`

	Fresh      bool              `kong:"-"` // databases with names of their own; on somebody else's server they are dropped at the end
	Postgres   map[string]string `kong:"-"` // settings of our own server; nil: fsync is off when the data is temporary
	SyncAlways bool              `kong:"-"` // of our own JetStream: sync every message before it is acknowledged
	Settings   map[string]any    `kong:"-"` // laid over every adapter's file, key by key; nil: nothing
	Grace      time.Duration     `kong:"-"` // between asking a process to end and making it; 0: 15 s
	Progress   func(line string) `kong:"-"` // told what is being started; may be nil

	Impatient bool        `kong:"-"` // as Scaled, and leases, deadlines, holds and second looks too
	Seed      uint64      `kong:"-"` // of the simulators; 0: their own
	Replaced  Replacement `kong:"-"` // parts that somebody puts something between or around; may be zero
}

// Replacement lets a caller stand between the parts, or start them otherwise than usual.
type Replacement struct {
	// Link is told who is about to be given whose address, and returns the address to be given instead; nil: the same. Who
	// is a name of Stack.Names; whose is "postgres", "nats", "vendor" or "webhooks". Our own Postgres then listens on a port.
	Link func(ctx context.Context, who, whose, addr string) (string, error)
	// Env is asked before each start of an adapter or a simulator for what its environment has beside ours; nil: nothing.
	Env func(who string) []string
}

// withDefaults is what an unset field means to a caller that is no command line.
func (c Config) withDefaults() Config {
	c.Replicas = max(c.Replicas, 1)
	if c.Bin == "" {
		c.Bin = "bin"
	}
	if c.Grace == 0 {
		c.Grace = 15 * time.Second
	}
	if c.Progress == nil {
		c.Progress = func(string) {}
	}
	if c.Postgres == nil && c.Data == "" {
		c.Postgres = map[string]string{"fsync": "off"}
	}
	return c
}
