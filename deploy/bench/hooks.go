package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
	"github.com/breakwater-acl/breakwater/deploy/bench/yardstick"
)

const hookPace = 500 // webhooks in each second

// hooks measures webhooks that are taken, and how soon what they announce can be read.
func (b *bench) hooks(ctx context.Context) ([]report.Section, error) {
	taken := report.Section{
		Title: fmt.Sprintf("Webhooks taken from %d clients, against a bare handler {proof, one pipelined transaction: delivery, upsert}", mostClients),
		About: []string{
			"Halo signs nothing: the proof is what it sends back, compared in constant time, on both sides.",
			"Its webhooks are hints: the adapter's transaction records the delivery and queues a fetch, which joins one that is queued; the bare handler's puts the pushed state into the entity's row.",
			"The vendor has asked to wait, so no fetch is made meanwhile: neither side calls a vendor. The bare handler has as many connections to Postgres as the adapter has for deliveries.",
		},
		Ours: "adapter",
	}
	readable := report.Section{
		Title: fmt.Sprintf("From a webhook's sending until its change can be read, at %d/s", hookPace),
		About: []string{
			"Each announces a change that the vendor has just made, of a ticket of its own, and makes the adapter fetch it: delivery, claim, call, commit.",
			"What can be read is looked at in Postgres every 2 ms. Because Halo may serve stale reads each is fetched again after 2 s: that load is in it. Nothing bare does the same.",
		},
		Ours: "adapter",
	}
	err := b.on(ctx, needs{tickets: tickets, settings: working()}, func(ctx context.Context, r *rig) error {
		_, p, err := r.beside(ctx, "bare", yardstick.Config{Connections: workPool, Jobs: "bare", Work: "none"})
		if err != nil {
			return err
		}
		if err := r.silence(ctx); err != nil {
			return err
		}
		if readable.Results, err = r.readableSoon(ctx); err != nil {
			return err
		}
		if err := r.hold(ctx); err != nil {
			return err
		}
		got, err := r.alternate(ctx, "webhooks", throughput, r.hooking("adapter", r.hookURL()), r.hooking("bare", "http://"+p.HTTP+"/webhooks/"+r.at.Connection))
		taken.Results = []report.Result{
			report.Compare("taken", "bare HTTP", report.PerSecond, got.compare(1, perSecond), measure.Goal{AtLeast: 0.8}),
			report.Compare("p99", "bare HTTP", report.Millis, got.compare(1, millis(0.99)), measure.Goal{}),
		}
		return err
	})
	return []report.Section{taken, readable}, err
}

func (r *rig) hookURL() string {
	return "http://" + r.at.HTTP[0] + "/webhooks/" + r.at.Connection + "/" + r.tenant.Hook.Path
}

// hooking is a side whose clients announce changes of tickets at random.
func (r *rig) hooking(name, url string) side {
	client := caller()
	return side{name, func(ctx context.Context, length time.Duration) (load.Run, error) {
		return load.Closed(ctx, mostClients, length, func(ctx context.Context, _ int) error {
			return r.announce(ctx, client, url, r.id(rand.IntN(len(r.names))))
		})
	}}
}

func caller() *http.Client {
	return &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConns: mostClients, MaxIdleConnsPerHost: mostClients}}
}

// id is the vendor's id of the ticket number i.
func (r *rig) id(i int) string { return strings.TrimPrefix(r.names[i], r.parent+"/tickets/") }

// announce makes a webhook call as the vendor does [as its simulator does: the small payload].
func (r *rig) announce(ctx context.Context, client *http.Client, url, ticket string) error {
	const body = `{"id":"%s","webhook_id":"%s","notification_id":41,"escmsg_id":"%s","event":"ticket updated","message":"ticket updated on ticket %s",` +
		`"object_id":%s,"agent_id":3,"timestamp":"2026-01-02T03:04:05.0000000Z","ticket":{"id":%s,"summary":"Printer offline (finance)","status_id":2,` +
		`"tickettype_id":1,"client_id":4,"team_id":1,"agent_id":5,"customfields":[],"hasbeenclosed":false}}`
	id := uuid.NewString()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(fmt.Appendf(nil, body, id, webhookID, id, ticket, ticket, ticket)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(r.tenant.Hook.User, r.tenant.Hook.Password)
	return deliver(client, req)
}

// deliver makes a webhook call, which is to be taken.
func deliver(client *http.Client, req *http.Request) error {
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, resp.Body) // so that the connection is used again
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("webhook: %s", resp.Status)
	}
	return nil
}

const webhookID = "0d5a7a4c-8f0e-4b53-9a60-0f3f5d6f7c11"
