package stack

import "context"

// Addresses are where a stack can be reached.
type Addresses struct {
	Data     string // folder of databases, logs and configuration
	Postgres string // URL of a database from which others can be made
	NATS     string // URL
	Adapters []AdapterAddresses
}

// AdapterAddresses are where an adapter and its simulator can be reached.
type AdapterAddresses struct {
	Name       string   // "halo"
	Connection string   // "acme"
	Database   string   // URL
	GRPC       []string // host:port, one per replica
	HTTP       []string // host:port, one per replica; the vendor's webhooks go to the first
	Admin      []string // host:port, one per replica: /metrics, /healthz, /readyz
	Simulator  string   // host:port
	Try        []Call   // worth showing to a newcomer
}

// startAdapter starts an adapter's simulator and then its replicas.
func (s *Stack) startAdapter(ctx context.Context, a adapter) error {
	database, err := s.provideDatabase(ctx, "breakwater_"+a.name)
	if err != nil {
		return err
	}
	l, err := lay(ctx, a, database, s.cfg.Replicas)
	if err != nil {
		return err
	}
	sim, err := s.simulatorChild(ctx, l)
	if err != nil {
		return err
	}
	if err := s.run(ctx, sim); err != nil {
		return err
	}
	for i := range l.replicas {
		c, err := s.replicaChild(ctx, l, i)
		if err != nil {
			return err
		}
		if err := s.run(ctx, c); err != nil {
			return err
		}
	}
	s.addresses.Adapters = append(s.addresses.Adapters, l.addresses())
	return nil
}

// run starts c as a part of the stack.
func (s *Stack) run(ctx context.Context, c *child) error {
	return s.step(c.name, func() error {
		s.parts = append(s.parts, named{c.name, c})
		return c.start(ctx)
	})
}
