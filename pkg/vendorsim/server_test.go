package vendorsim_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

func TestAServerSaysWhereItListensAndStops(t *testing.T) {
	read, write := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended, part := make(chan error, 1), make(chan struct{})
	server := vendorsim.Server{
		Addr: ":0", Handler: &counter{}, Stderr: write,
		Parts: []func(context.Context) error{func(ctx context.Context) error { <-ctx.Done(); close(part); return nil }},
	}
	go func() { ended <- server.Run(ctx) }()
	line, err := bufio.NewReader(read).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var ready struct{ Msg, HTTP string }
	if err := json.Unmarshal(line, &ready); err != nil || ready.Msg != "ready" || !strings.HasPrefix(ready.HTTP, "127.0.0.1:") {
		t.Fatalf("%s", line)
	}
	resp, err := http.Get("http://" + ready.HTTP + "/") //nolint:noctx // the test's own server
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	stop()
	if err := <-ended; err != nil {
		t.Errorf("stopped with %v", err)
	}
	<-part
}

func TestAPartThatFailsEndsTheServer(t *testing.T) {
	broken := errors.New("broken")
	server := vendorsim.Server{
		Addr: "127.0.0.1:0", Handler: &counter{}, Stderr: io.Discard,
		Parts: []func(context.Context) error{func(context.Context) error { return broken }},
	}
	if err := server.Run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func TestAnAddressThatIsNoneIsAnError(t *testing.T) {
	if err := (vendorsim.Server{Addr: "nowhere"}).Run(t.Context()); err == nil {
		t.Error("no error")
	}
}
