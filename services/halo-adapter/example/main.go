// Command example calls the TicketService as a portal would: it reads with freshness, writes with a request id and an etag,
// shows what is pending or was refused, and watches what becomes of it. Try it against `make up`:
//
//	go run ./example --address 127.0.0.1:PORT --connection acme
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

func main() {
	address := flag.String("address", "", "where an adapter listens for gRPC")
	connection := flag.String("connection", "acme", "the connection to call")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *address, "connections/"+*connection); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:gocritic // nothing is left to be undone
	}
}

// portal is a caller of the TicketService.
type portal struct {
	tickets psav1.TicketServiceClient
	out     io.Writer
}

func (p portal) say(format string, args ...any) { _, _ = fmt.Fprintf(p.out, format+"\n", args...) }

// run makes a ticket, changes it, and waits until the vendor has both, or has refused them.
func run(ctx context.Context, out io.Writer, address, parent string) error {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("call %s: %w", address, err)
	}
	defer conn.Close() //nolint:errcheck // nothing is sent any more
	p := portal{psav1.NewTicketServiceClient(conn), out}
	ctx, cancel := context.WithTimeout(as(ctx, "example"), time.Minute)
	defer cancel()
	if err := p.overview(ctx, parent); err != nil {
		return err
	}
	// Watched from before the first write, so that nothing of it is missed.
	watched, err := p.watch(ctx, parent)
	if err != nil {
		return err
	}
	made, err := p.create(ctx, parent)
	if err != nil {
		return err
	}
	if _, err := p.rename(ctx, made.GetName(), "Printer offline (finance)"); err != nil {
		return err
	}
	final, err := p.follow(ctx, parent, watched, made.GetUid())
	if err != nil {
		return err
	}
	if r := final.GetMirror().GetRefusal(); r != nil {
		return errors.New("the vendor refused it: " + r.GetMessage())
	}
	p.say("%s is now %s", made.GetName(), final.GetName())
	return nil
}
