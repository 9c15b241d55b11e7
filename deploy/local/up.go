package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"

	"github.com/breakwater-acl/breakwater/deploy/local/stack"
)

// upCommand runs a stack until ctrl-C, or until one of its processes ends by itself.
type upCommand struct {
	stack.Config `embed:""`
}

// Run is called by kong.
func (u *upCommand) Run(ctx context.Context, out io.Writer) error {
	say := func(line string) { _, _ = fmt.Fprintln(out, line) } // a closed terminal stops nothing
	u.Progress = say
	s, err := stack.Start(ctx, u.Config)
	if err != nil {
		return err
	}
	welcome(out, s.Addresses())
	select {
	case <-ctx.Done():
		say("\nstopping")
	case err = <-s.Failed():
		say("stopping")
	}
	return errors.Join(err, s.Stop(ctx))
}

// welcome says where everything is, and calls to try.
func welcome(out io.Writer, at stack.Addresses) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	p("\nPostgres    %s\nJetStream   %s\nLogs        %s", redacted(at.Postgres), redacted(at.NATS), filepath.Join(at.Data, "logs"))
	for _, a := range at.Adapters {
		p("\n%s-adapter, connection %s", a.Name, a.Connection)
		for i := range a.GRPC {
			p("  replica %d  gRPC %s   webhooks http://%s   http://%s/metrics", i+1, a.GRPC[i], a.HTTP[i], a.Admin[i])
		}
		p("  simulator  http://%s/control/plan", a.Simulator)
		p("  database   %s", redacted(a.Database))
	}
	p("\nTry:")
	for _, a := range at.Adapters {
		for _, c := range a.Try {
			p("  .bin/grpcurl -plaintext -d '%s' %s %s", c.Request, a.GRPC[0], c.Method)
		}
		p("  curl -X PATCH -d '{\"outage\":true}' http://%s/control/plan", a.Simulator)
	}
	p("\nctrl-C stops everything.")
}

// redacted is address without its password: somebody else's server may have a real one.
func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(not a URL)"
	}
	return u.Redacted()
}
