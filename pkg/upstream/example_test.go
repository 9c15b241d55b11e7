package upstream_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func Example() {
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer vendor.Close()

	client, err := upstream.New(upstream.Config{
		Vendor: "halo", Connection: "acme", Hosts: []string{vendor.URL},
		Sign:     upstream.StaticHeaders{"Authorization": {"Basic …"}},
		Classify: byStatus,
	})
	if err != nil {
		panic(err)
	}
	defer client.CloseIdleConnections()
	_, err = client.Do(context.Background(), upstream.Call{
		Op: "halo.UpdateTicket", Method: http.MethodPost, URL: vendor.URL + "/Tickets", Route: "/Tickets", Body: []byte(`[{"id":7}]`),
	})
	f := fault.Of(err)
	fmt.Println(f, f.Kind, f.RetryAfter, f.MayApply)
	// Output: halo.UpdateTicket: THROTTLED throttled 30s false
}
