package main

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// callers are the clients of one side, each with a connection of its own, as callers in other processes have.
type callers struct {
	name    string
	conns   []*grpc.ClientConn
	tickets psav1.TicketServiceClient // over the first connection
	status  adapterv1.AdapterServiceClient
}

func dial(name, addr string) (*callers, error) {
	c := &callers{name: name}
	for range mostClients {
		conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return nil, fmt.Errorf("dial %s: %w", addr, err)
		}
		c.conns = append(c.conns, conn)
	}
	c.tickets, c.status = psav1.NewTicketServiceClient(c.conns[0]), adapterv1.NewAdapterServiceClient(c.conns[0])
	return c, nil
}

// call makes one call as one of the clients. The answer is not decoded: a client's work costs both sides the same, and would
// only hide their difference.
func (c *callers) call(ctx context.Context, client int, method string, request []byte) error {
	var answer int
	if err := c.conns[client].Invoke(ctx, method, request, &answer, grpc.ForceCodecV2(bytesOnly{})); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	if answer == 0 {
		return fmt.Errorf("%s: an empty answer", c.name)
	}
	return nil
}

func (c *callers) close() error {
	var errs []error
	for _, conn := range c.conns {
		errs = append(errs, conn.Close())
	}
	return errors.Join(errs...)
}

// bytesOnly sends a marshalled message as it is, and of an answer takes only the size.
type bytesOnly struct{}

// Marshal sends v, which is a message's bytes.
func (bytesOnly) Marshal(v any) (mem.BufferSlice, error) {
	b, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("not bytes: %T", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(b)}, nil
}

// Unmarshal tells v, which is an int, how long the answer is.
func (bytesOnly) Unmarshal(data mem.BufferSlice, v any) error {
	n, ok := v.(*int)
	if !ok {
		return fmt.Errorf("not a size: %T", v)
	}
	*n = data.Len()
	return nil
}

// Name makes servers take it for what it is: protobuf.
func (bytesOnly) Name() string { return "proto" }
