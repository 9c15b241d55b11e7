package stack

import "time"

// file is an adapter's configuration, but for what is its vendor's own. What is left out is the adapter's own default.
type file struct {
	DatabaseURL string   `yaml:"database_url"`
	NATSURL     string   `yaml:"nats_url"`
	Replica     string   `yaml:"replica"`
	GRPC        listener `yaml:"grpc"`
	HTTP        listener `yaml:"http"`  // webhooks
	Admin       listener `yaml:"admin"` // /metrics, /healthz, /readyz
	Jobs        *jobs    `yaml:"jobs,omitempty"`
	Sweeps      *sweeps  `yaml:"sweeps,omitempty"`
}

type listener struct {
	Listen string `yaml:"listen"`
}

type jobs struct {
	Attempt  time.Duration   `yaml:"attempt,omitempty"`
	Lease    time.Duration   `yaml:"lease,omitempty"`
	Scan     time.Duration   `yaml:"scan"`
	Schedule []time.Duration `yaml:"schedule"`
	MinLook  time.Duration   `yaml:"min_look"`
}

type sweeps struct {
	Poll  time.Duration `yaml:"poll"`
	Lease time.Duration `yaml:"lease,omitempty"`
}

// connection is one before a simulator, but for what is its vendor's own.
type connection struct {
	Name     string        `yaml:"name"`
	BaseURL  string        `yaml:"base_url"`
	Limit    *limit        `yaml:"limit,omitempty"`
	Hold     time.Duration `yaml:"hold,omitempty"`
	Recovery time.Duration `yaml:"recovery,omitempty"`
	Breaker  *breaker      `yaml:"breaker,omitempty"`
}

type limit struct {
	Calls  int           `yaml:"calls"`
	Window time.Duration `yaml:"window"`
	Burst  int           `yaml:"burst,omitempty"`
}

type breaker struct {
	Window      time.Duration `yaml:"window"`
	Cooldown    time.Duration `yaml:"cooldown"`
	MaxCooldown time.Duration `yaml:"max_cooldown"`
}

// common is what every adapter is told in the same way.
func common(w wiring, c Config) (file, connection) {
	f := file{
		DatabaseURL: w.databaseURL, NATSURL: w.natsURL, Replica: w.replica,
		GRPC: listener{w.grpc}, HTTP: listener{w.http}, Admin: listener{w.admin},
	}
	to := connection{Name: w.connection, BaseURL: "http://" + w.simulator}
	if c.Scaled {
		f.Jobs, f.Sweeps, to.Breaker = scaledJobs(), scaledSweeps(), scaledBreaker()
	}
	if c.Impatient {
		f.Jobs, f.Sweeps = impatientJobs(), impatientSweeps()
		to.Hold, to.Recovery = impatientHold, impatientRecovery
	}
	return f, to
}
