package adapter

import (
	"time"

	"github.com/breakwater-acl/breakwater/pkg/backoff"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// Settings are the knobs that every adapter has. A key that is left out keeps its default.
type Settings struct {
	// DatabaseURL is the adapter's own Postgres database; default: the environment's DATABASE_URL.
	DatabaseURL string `yaml:"database_url" validate:"required"`
	// NATSURL is a NATS with JetStream; default: the environment's NATS_URL. Without one jobs move by scans only.
	NATSURL string `yaml:"nats_url"`
	// SecretsKey is what secrets that a vendor gives us are encrypted with in Postgres: at least 32 random characters, the same for all
	// replicas. Needed by who keeps such.
	SecretsKey string `yaml:"secrets_key" validate:"omitempty,min=32"`
	// Replica names this process for people; default: host name and process id.
	Replica   string            `yaml:"replica"`
	GRPC      Listener          `yaml:"grpc"`
	HTTP      Listener          `yaml:"http"`  // webhooks: what the vendor calls
	Admin     Listener          `yaml:"admin"` // /metrics, /healthz, /readyz
	Log       LogSettings       `yaml:"log"`
	Pools     PoolSettings      `yaml:"pools"`
	Jobs      JobSettings       `yaml:"jobs"`
	Sweeps    SweepSettings     `yaml:"sweeps"`
	Retention RetentionSettings `yaml:"retention"`
	// Drain bounds how long a stopping service finishes what it has begun; default 45 s, more than one attempt takes.
	Drain time.Duration `yaml:"drain" validate:"gte=0"`
}

// Listener is where a server listens.
type Listener struct {
	Listen string `yaml:"listen" validate:"omitempty,hostname_port"`
}

// LogSettings is what is logged.
type LogSettings struct {
	Level string `yaml:"level" validate:"omitempty,oneof=debug info warn error"` // default info
}

// PoolSettings are the most connections to Postgres that each pool opens. Reads have one of their own, so that nothing
// that waits can make them wait; deliveries, so that a flood of them takes nothing from the jobs.
type PoolSettings struct {
	Reads  int32 `yaml:"reads" validate:"gte=0,lte=1000"`  // default 8
	Writes int32 `yaml:"writes" validate:"gte=0,lte=1000"` // accepting writes; default 8
	Work   int32 `yaml:"work" validate:"gte=0,lte=1000"`   // jobs, sweeps, gate; default 16

	Deliveries int32 `yaml:"deliveries" validate:"gte=0,lte=1000"` // webhooks; default 8
}

// JobSettings is how jobs are made; see job.Config for the defaults.
type JobSettings struct {
	Slots    int             `yaml:"slots" validate:"gte=0,lte=1000"`
	Total    int             `yaml:"total" validate:"gte=0,lte=10000"`
	Attempt  time.Duration   `yaml:"attempt" validate:"gte=0"`
	Lease    time.Duration   `yaml:"lease" validate:"gte=0"`
	Scan     time.Duration   `yaml:"scan" validate:"gte=0"`
	Schedule []time.Duration `yaml:"schedule" validate:"max=50,dive,gt=0"`
	MaxAge   time.Duration   `yaml:"max_age" validate:"gte=0"`
	MinLook  time.Duration   `yaml:"min_look" validate:"gte=0"`
}

func (s JobSettings) config(replica string) job.Config {
	return job.Config{
		Replica: replica, Slots: s.Slots, Total: s.Total, Attempt: s.Attempt, Lease: s.Lease, Scan: s.Scan,
		Retries: job.Retries{Schedule: backoff.Schedule(s.Schedule), MaxAge: s.MaxAge, MinLook: s.MinLook},
	}
}

// SweepSettings is how sweeps are run; see sweep.Config for the defaults.
type SweepSettings struct {
	Poll  time.Duration `yaml:"poll" validate:"gte=0"`
	Lease time.Duration `yaml:"lease" validate:"gte=0"`
}

func (s SweepSettings) config(replica string) sweep.Config {
	return sweep.Config{Replica: replica, Poll: s.Poll, Lease: s.Lease}
}

// RetentionSettings is for how long what has ended is kept.
type RetentionSettings struct {
	Jobs       time.Duration `yaml:"jobs" validate:"gte=0"`       // and their request ids; default 30 days
	Changes    time.Duration `yaml:"changes" validate:"gte=0"`    // in Postgres and in JetStream; default 7 days
	Deliveries time.Duration `yaml:"deliveries" validate:"gte=0"` // and their de-duplication; default 7 days
	Calls      time.Duration `yaml:"calls" validate:"gte=0"`      // default 7 days
	// StreamBytes bounds the changes in JetStream, where the oldest go first; default 256 MiB.
	StreamBytes int64 `yaml:"stream_bytes" validate:"gte=0"`
}

// Connection is the knobs that every connection has, whichever its vendor.
type Connection struct {
	Name string `yaml:"name" validate:"required"`
	// Limit is what the vendor allows; Limits is what it allows besides: all of them hold, for each budget key by itself.
	Limit  LimitSettings   `yaml:"limit"`
	Limits []LimitSettings `yaml:"limits" validate:"max=10,dive"`
	// Concurrency is how many calls may be under way at once; 0: any number.
	Concurrency int `yaml:"concurrency" validate:"gte=0,lte=1000"`
	// Recovery is over how long it is forgotten what the vendor's 429s taught of its limits; default 8 h.
	Recovery time.Duration `yaml:"recovery" validate:"gte=0"`
	// Longest is how long a call may be under way at most, where Concurrency is set; default 1 min.
	Longest time.Duration   `yaml:"longest" validate:"gte=0"`
	Floors  FloorSettings   `yaml:"floors"`
	Breaker BreakerSettings `yaml:"breaker"`
	// Hold is how long nobody calls after a 429 that does not say how long; default 30 s.
	Hold    time.Duration `yaml:"hold" validate:"gte=0"`
	Webhook Webhook       `yaml:"webhook"`
}

// Webhook is where a connection's vendor calls.
type Webhook struct {
	// Path is the unguessable last part of the address /webhooks/{connection}/{path}; empty: no webhooks.
	Path string `yaml:"path" validate:"omitempty,min=16"`
	// PublicURL is where the vendor reaches HTTP of this adapter: https://hooks.example.com. With it an adapter whose vendor lets it keeps
	// its webhook registered there by itself; empty: a person does.
	PublicURL string `yaml:"public_url" validate:"omitempty,http_url"`
	// User and Password are what the vendor sends back where it can do no better.
	User     string `yaml:"user"`
	Password string `yaml:"password"`
}

// BreakerSettings is when calls stop; see breaker.Config for the defaults.
type BreakerSettings struct {
	Window      time.Duration `yaml:"window" validate:"gte=0"`
	FailureRate float64       `yaml:"failure_rate" validate:"gte=0,lte=1"`
	MinCalls    int           `yaml:"min_calls" validate:"gte=0"`
	Cooldown    time.Duration `yaml:"cooldown" validate:"gte=0"`
	MaxCooldown time.Duration `yaml:"max_cooldown" validate:"gte=0"`
}

const day = 24 * time.Hour

// defaults are the settings before a file is read.
func defaults(getenv func(string) (string, bool)) Settings {
	database, _ := getenv("DATABASE_URL")
	nats, _ := getenv("NATS_URL")
	return Settings{
		DatabaseURL: database, NATSURL: nats,
		GRPC: Listener{"127.0.0.1:7070"}, HTTP: Listener{"127.0.0.1:7080"}, Admin: Listener{"127.0.0.1:7090"},
		Log:       LogSettings{"info"},
		Pools:     PoolSettings{Reads: 8, Writes: 8, Work: 16, Deliveries: 8},
		Retention: RetentionSettings{Jobs: 30 * day, Changes: 7 * day, Deliveries: 7 * day, Calls: 7 * day},
		Drain:     45 * time.Second,
	}
}
