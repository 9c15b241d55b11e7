package main

import (
	"context"
	"io"

	"github.com/breakwater-acl/breakwater/deploy/local/demo"
	"github.com/breakwater-acl/breakwater/deploy/local/stack"
)

// demoCommand plays the demo. It always brings its own JetStream, because one scene deletes the store.
type demoCommand struct {
	Bin         string `help:"Folder of the adapters' and simulators' binaries." default:"bin" type:"path"`
	Data        string `help:"Folder for databases, logs and configuration; empty: a temporary one, kept if a scene does not hold." type:"path"`
	DatabaseURL string `help:"A Postgres to make a database on, dropped at the end (postgres://…); empty: our own." env:"DATABASE_URL"`
	Replicas    int    `help:"Processes per adapter." default:"2"`
}

// Run is called by kong.
func (d *demoCommand) Run(ctx context.Context, out io.Writer) error {
	return demo.Run(ctx, stack.Config{Bin: d.Bin, Data: d.Data, DatabaseURL: d.DatabaseURL, Replicas: d.Replicas}, out)
}
