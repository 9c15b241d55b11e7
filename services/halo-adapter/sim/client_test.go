package sim_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestRetiredRowsAreHiddenUnlessAskedFor(t *testing.T) {
	x := open(t, sim.Config{})
	for path, row := range map[string]struct{ key, fields string }{
		"/api/Client": {"clients", `[{"id":3,"inactive":true}]`},
		"/api/Site":   {"sites", `[{"id":30,"inactive":true}]`},
		"/api/Users":  {"users", `[{"id":301,"inactive":true}]`},
	} {
		before := number(x.get(path)["record_count"])
		x.post(path, row.fields)
		if got := number(x.get(path)["record_count"]); got != before-1 {
			t.Errorf("%s: %d rows, want %d: a sweep without the flag takes a retirement for a deletion", path, got, before-1)
		}
		if got := number(x.get(path + "?includeinactive=true")["record_count"]); got != before {
			t.Errorf("%s with the flag: %d rows, want %d", path, got, before)
		}
		if got := x.get(path + map[string]string{"/api/Client": "/3", "/api/Site": "/30", "/api/Users": "/301"}[path]); got["inactive"] != true {
			t.Errorf("%s by itself: %v", path, got["inactive"])
		}
	}
}

func TestListsOfClientsSitesAndUsersCarryNoChangeStamp(t *testing.T) {
	x := open(t, sim.Config{})
	for path, row := range map[string]struct{ key, stamp, one string }{
		"/api/Client": {"clients", "alastupdate", "/2"}, "/api/Site": {"sites", "slastupdate", "/20"}, "/api/Users": {"users", "ulastupdate", "/201"},
	} {
		for _, r := range rows(x.get(path), row.key) {
			if _, there := r[row.stamp]; there {
				t.Fatalf("%s: a row has %s", path, row.stamp)
			}
		}
		if got, _ := x.get(path + row.one)[row.stamp].(string); got == "" {
			t.Errorf("%s: the detail has no %s", path, row.stamp)
		}
	}
}

func TestSinceFiltersDifferByKindAndBuild(t *testing.T) {
	const since = "?lastupdatefromdate=2026-03-02T09:14:05.1234567"
	for name, row := range map[string]struct {
		how  string
		want int // -1: all of them
	}{
		"the moment itself included": {"inclusive", 1}, "the moment itself excluded": {"exclusive", 0}, "ignored in silence": {"ignored", -1},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.switches(func(s *sim.Switches) { s.ClientSince, s.SiteSince, s.UserSince = row.how, row.how, row.how })
			for path, body := range map[string]string{"/api/Client": `[{"id":2,"name":"y"}]`, "/api/Site": `[{"id":20,"name":"y"}]`, "/api/Users": `[{"id":201,"emailaddress":"y@z"}]`} {
				x.post(path, body)
				want := row.want
				if want < 0 {
					want = number(x.get(path)["record_count"])
				}
				if got := number(x.get(path + since)["record_count"]); got != want {
					t.Errorf("%s: %d, want %d", path, got, want)
				}
			}
		})
	}
}

func TestANewClientGetsAMainSiteAndMayNameAContact(t *testing.T) {
	x := open(t, sim.Config{})
	c := x.post("/api/Client", `[{"name":"Fourth Coffee","newclient_sitename":"Roastery","newclient_contactname":"Iris Lang","newclient_contactemail":"iris@fourth.example"}]`)
	site := x.get(fmt.Sprintf("/api/Site/%d", number(c["main_site_id"])))
	if site["name"] != "Roastery" || site["client_name"] != "Fourth Coffee" || c["main_site_name"] != "Roastery" {
		t.Errorf("site %v of %v", site["name"], c)
	}
	if got := rows(x.get(fmt.Sprintf("/api/Users?client_id=%d", number(c["id"]))), "users"); len(got) != 1 || got[0]["emailaddress"] != "iris@fourth.example" {
		t.Errorf("users %v", got)
	}
}

func TestFloatingIDsComeBackWithAFraction(t *testing.T) {
	x := open(t, sim.Config{})
	for path, want := range map[string]string{"/api/Site/20": `"client_id":2.0`, "/api/Users/201": `"site_id":20.0`} {
		resp, err := x.try(http.MethodGet, path, "")
		if err != nil {
			t.Fatal(err)
		}
		if text := body(t, resp); !slices.Contains(fields(text), want) {
			t.Errorf("%s has no %s: %s", path, want, text)
		}
	}
	x.post("/api/Site", `[{"name":"Depot","client_id":2.0}]`)
}

func TestDeletingWhatTicketsNameIsTheTenantsChoice(t *testing.T) {
	for how, row := range map[string]struct{ status, after int }{"refused": {400, 200}, "inactive": {200, 200}, "gone": {200, 404}} {
		t.Run(how, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.switches(func(s *sim.Switches) { s.DeleteWithHistory = how })
			x.create(`"client_id":4,"site_id":40,"user_id":401`)
			for _, path := range []string{"/api/Users/401", "/api/Site/40", "/api/Client/4"} {
				if status, _ := x.do(http.MethodDelete, path, ""); status != row.status {
					t.Errorf("DELETE %s: %d, want %d", path, status, row.status)
				}
				status, got := x.do(http.MethodGet, path, "")
				if status != row.after || status == 200 && got["inactive"] != (how == "inactive") {
					t.Errorf("%s afterwards: %d %v", path, status, got["inactive"])
				}
			}
			if status, _ := x.do(http.MethodDelete, "/api/Client/5", ""); status != 200 {
				t.Error("without history it is deleted")
			}
		})
	}
}

func TestAMergedClientAnswersAsTheTenantDoes(t *testing.T) {
	for how, want := range map[string]int{"body": 5, "survivor": 2, "notfound": 0} {
		t.Run(how, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.switches(func(s *sim.Switches) { s.MergedGet = how })
			id := x.create(`"client_id":5`)
			x.clock.Advance(time.Minute)
			x.post("/api/Client", `[{"id":5,"_merge_client_into":2}]`)
			if _, got := x.do(http.MethodGet, "/api/Client/5", ""); number(got["id"]) != want {
				t.Errorf("client 5 answers as %v, want %d", got["id"], want)
			}
			if got := x.get(fmt.Sprintf("/api/Tickets/%d", id))["client_id"]; got != 2.0 {
				t.Errorf("its ticket is of client %v", got)
			}
			if got := x.get("/api/Site/50")["client_id"]; got != 2.0 {
				t.Errorf("its site is of client %v", got)
			}
			if status, _ := x.do(http.MethodPost, "/api/Client", `[{"id":5,"name":"x"}]`); status != http.StatusNotFound {
				t.Errorf("changing it: %d", status)
			}
		})
	}
}

func TestMergedUsersGoTheSameWay(t *testing.T) {
	x := open(t, sim.Config{})
	x.switches(func(s *sim.Switches) { s.MergedGet = "survivor" })
	x.post("/api/Users", `[{"id":201,"_merge_user_into":202}]`)
	if got := x.get("/api/Users/201")["id"]; got != 202.0 {
		t.Errorf("user 201 answers as %v", got)
	}
	if slices.Contains(ids(x.get("/api/Users?client_id=2"), "users"), 201) {
		t.Error("it is still listed")
	}
}

func TestAnAddressThatAnotherUserHas(t *testing.T) {
	const body = `[{"firstname":"Iris","surname":"Lang","site_id":20,"emailaddress":"USER201@client.example"}]`
	for how, row := range map[string]struct {
		status    int
		collision any
	}{"signalled": {201, 201.0}, "stored": {201, nil}, "refused": {400, nil}} {
		t.Run(how, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.switches(func(s *sim.Switches) { s.EmailCollision = how })
			if status, got := x.do(http.MethodPost, "/api/Users", body); status != row.status || got["_email_collision"] != row.collision {
				t.Errorf("%d %v", status, got["_email_collision"])
			}
		})
	}
}

func TestAUserIsOfItsSitesClient(t *testing.T) {
	x := open(t, sim.Config{})
	got := x.post("/api/Users", `[{"firstname":"Iris","surname":"Lang","client_id":3}]`)
	if got["site_id"] != 30.0 || got["site_id_int"] != 30.0 || got["name"] != "Iris Lang" {
		t.Errorf("by the client: %v", got)
	}
	got = x.post("/api/Users", fmt.Sprintf(`[{"id":%d,"site_id":20}]`, number(got["id"])))
	if got["client_id"] != 2.0 || got["client_name"] != "Contoso" {
		t.Errorf("moved: %v", got)
	}
	x.post("/api/Users", `[{"name":"General User","site_id":30}]`)
	if with, without := number(x.get("/api/Users?client_id=3")["record_count"]), number(x.get("/api/Users?client_id=3&exclude_generaluser=true")["record_count"]); with != without+1 {
		t.Errorf("%d and %d without the general user", with, without)
	}
}

func TestCustomFieldsSayTheirTypeAndStayOutOfLists(t *testing.T) {
	x := open(t, sim.Config{})
	x.post("/api/Site", `[{"id":20,"customfields":[{"name":"CFrackUnit","value":"B2"},{"id":103,"value":true},{"id":105,"value":["North","South"]},{"id":106,"value":[{"a":1}]}]}]`)
	got := rows(x.get("/api/Site/20"), "customfields")
	if len(got) != 4 || got[0]["id"] != 101.0 || got[0]["label"] != "Rack unit" || got[1]["type"] != 6.0 || got[1]["display"] != "Yes" || got[2]["display"] != "North, South" {
		t.Errorf("%v", got)
	}
	x.post("/api/Site", `[{"id":20,"customfields":[{"id":101,"value":null}]}]`)
	if got := rows(x.get("/api/Site/20"), "customfields"); got[0]["value"] != nil || got[1]["value"] != true {
		t.Errorf("after one was cleared: %v", got)
	}
	for query, want := range map[string]int{"": 0, "&include_custom_fields=103,105": 2} {
		if got := rows(rows(x.get("/api/Site?client_id=2"+query), "sites")[0], "customfields"); len(got) != want {
			t.Errorf("in a list%s: %v", query, got)
		}
	}
}

func TestExternalLinksAreKeptAndFoundOrLost(t *testing.T) {
	paths := kinds()
	paths["/api/Tickets"] = struct{ key, body string }{"tickets", `[{"summary":"x"}]`}
	for path, k := range paths {
		t.Run(path, func(t *testing.T) {
			x := open(t, sim.Config{})
			linked := func(mark string) int {
				link := fmt.Sprintf(`,"new_external_link":{"third_party_id":%q,"third_party_type":"portal","module_id":9}}]`, mark)
				return number(x.post(path, k.body[:len(k.body)-2]+link)["id"])
			}
			id := linked("mark-1")
			if got := rows(x.get(fmt.Sprintf("%s/%d?includedetails=true", path, id)), "external_links"); len(got) != 1 || got[0]["third_party_id"] != "mark-1" {
				t.Errorf("on the entity: %v", got)
			}
			if got := rows(x.get("/api/ExternalLink?third_party_id=mark-1&third_party_type=portal&module_id=9"), "externallinks"); len(got) != 1 || number(got[0]["halo_id"]) != id {
				t.Errorf("found: %v", got)
			}
			x.switches(func(s *sim.Switches) { s.NewLinks = "lost" })
			linked("mark-2")
			if got := rows(x.get("/api/ExternalLink?third_party_id=mark-2"), "externallinks"); len(got) > 0 {
				t.Errorf("lost, and found: %v", got)
			}
		})
	}
}
