package stack

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
)

// layout is one adapter with its simulator: who listens where, and what each is told.
type layout struct {
	adapter   adapter
	vendor    vendor
	database  string
	simulator *port
	replicas  []replica
}

type replica struct{ grpc, http, admin *port }

// lay reserves an address for everybody before anybody starts.
func lay(ctx context.Context, a adapter, database string, replicas int) (layout, error) {
	l := layout{adapter: a, vendor: a.vendor(), database: database, replicas: make([]replica, replicas)}
	ports := []**port{&l.simulator}
	for i := range l.replicas {
		ports = append(ports, &l.replicas[i].grpc, &l.replicas[i].http, &l.replicas[i].admin)
	}
	for _, p := range ports {
		var err error
		if *p, err = reserve(ctx); err != nil {
			return l, err
		}
	}
	return l, nil
}

// checkBinaries says at once what would be missed after minutes.
func (s *Stack) checkBinaries() error {
	for _, a := range s.cfg.adapters() {
		for _, binary := range []string{a.simulator, a.binary} {
			if _, err := os.Stat(filepath.Join(s.cfg.Bin, binary)); err != nil {
				return fmt.Errorf("there is no %s in %s: run `make build`, or name another folder with --bin", binary, s.cfg.Bin)
			}
		}
	}
	return nil
}

// wiring is what replica i, and for the first of them the simulator, is told.
func (l layout) wiring(i int, nats string) wiring {
	return wiring{
		databaseURL: l.database,
		natsURL:     nats,
		connection:  l.adapter.connection,
		replica:     replicaName(l.adapter, i),
		grpc:        l.replicas[i].grpc.addr,
		http:        l.replicas[i].http.addr,
		admin:       l.replicas[i].admin.addr,
		webhooks:    l.replicas[0].http.addr,
		simulator:   l.simulator.addr,
	}
}

func (s *Stack) simulatorChild(ctx context.Context, l layout) (_ *child, err error) {
	c := s.child(l.adapter.name+"-sim", l.adapter.simulator, l.simulator)
	w := l.wiring(0, s.addresses.NATS)
	w.webhooks, err = s.link(ctx, c.name, "webhooks", w.webhooks)
	c.args = l.vendor.simulatorArgs(w, s.cfg)
	return c, err
}

func (s *Stack) replicaChild(ctx context.Context, l layout, i int) (*child, error) {
	c := s.child(replicaName(l.adapter, i), l.adapter.binary, l.replicas[i].grpc, l.replicas[i].http, l.replicas[i].admin)
	file := filepath.Join(s.cfg.Data, "config", c.name+".yaml")
	w, err := s.linked(ctx, l.wiring(i, s.addresses.NATS))
	if err != nil {
		return nil, err
	}
	content, err := yaml.Marshal(l.vendor.config(w, s.cfg))
	if err == nil {
		content, err = overlay(content, s.cfg.Settings)
	}
	if err != nil {
		return nil, fmt.Errorf("configuration of %s: %w", c.name, err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return nil, fmt.Errorf("configuration of %s: %w", c.name, err)
	}
	c.args = []string{"serve", "--config", file}
	return c, nil
}

func replicaName(a adapter, i int) string { return fmt.Sprintf("%s-adapter-%d", a.name, i+1) }

func (s *Stack) child(name, binary string, ports ...*port) *child {
	return &child{
		name:   name,
		path:   filepath.Join(s.cfg.Bin, binary),
		log:    s.logPath(name),
		ports:  ports,
		grace:  s.cfg.Grace,
		failed: s.failed,
		env:    s.cfg.Replaced.Env,
	}
}

func (l layout) addresses() AdapterAddresses {
	a := AdapterAddresses{
		Name:       l.adapter.name,
		Connection: l.adapter.connection,
		Database:   l.database,
		Simulator:  l.simulator.addr,
		Try:        l.adapter.try,
	}
	for _, r := range l.replicas {
		a.GRPC, a.HTTP, a.Admin = append(a.GRPC, r.grpc.addr), append(a.HTTP, r.http.addr), append(a.Admin, r.admin.addr)
	}
	return a
}
