package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fake says that it is ready and runs until asked to end.
const fake = `#!/bin/sh
trap 'exit 0' TERM
echo '{"msg":"ready"}' >&2
while :; do sleep 0.05; done
`

func TestUpShowsWhatToTryAndEndsWithCtrlC(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"halo-sim", "halo-adapter", "stripe-sim", "stripe-adapter"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(fake), 0o755); err != nil { //nolint:gosec // a program
			t.Fatal(err)
		}
	}
	ctx, ctrlC := context.WithCancel(t.Context())
	defer ctrlC()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"up", "--bin", dir}, in)
		ended <- err
		_ = in.CloseWithError(err)
	}()

	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "ctrl-C") {
			ctrlC()
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		"halo-adapter-1 is ready", "stripe-adapter-1 is ready",
		`.bin/grpcurl -plaintext -d '{"parent":"connections/acme"}' 127.0.0.1:`,
		"breakwater.adapter.v1.AdapterService/GetStatus",
		"stopping",
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("said:\n%s\nwant %q in it", said.String(), want)
		}
	}
}
