package halo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Table is where the rows of a kind are in Halo's own database [client library: redanthrax/halopsa-mcp, schema/catalog.json].
type Table struct{ Name, Key, Stamp string }

// Changed is a row that a report names.
type Changed struct {
	ID int64
	At Time
}

// ReasonReport is a report that Halo did not run. It says so with status 200 [client library: homotechsual/HaloAPI].
const ReasonReport = "REPORT_REFUSED"

// ReportChanged lists the ids and stamps of up to most rows of a table that have changed since a time, the earliest change first. It runs a
// report that is not saved, which takes rights of its own; whether Halo itself makes sure that it only reads is unknown [unsure].
func (c *Client) ReportChanged(ctx context.Context, t Table, since time.Time, most int) ([]Changed, error) {
	const op = "halo.RunReport"
	sql := fmt.Sprintf("select top %d %s, %s from %s where %s >= '%s' order by %s, %s",
		most, t.Key, t.Stamp, t.Name, t.Stamp, since.UTC().Format("2006-01-02T15:04:05"), t.Stamp, t.Key) //nolint:gosec // names of ours, and a time
	body, err := json.Marshal([]map[string]any{{"id": 0, "name": "", "sql": sql, "apiquery_id": 0, "_testonly": false, "_loadreportonly": true}})
	if err != nil {
		return nil, err
	}
	resp, err := c.do(ctx, upstream.Call{Op: op, Method: http.MethodPost, URL: "/Report", Route: "/Report", Body: body})
	if err != nil {
		f := *fault.Of(err)
		f.MayApply = false // it only reads
		return nil, &f
	}
	return reported(op, resp, t)
}

func reported(op string, resp *upstream.Response, t Table) ([]Changed, error) {
	rows, refused, err := reportRows(resp.Body)
	if err == nil && refused != "" {
		return nil, &fault.Error{Op: op, Kind: fault.Invalid, Reason: ReasonReport, Message: begin(refused), TrackingID: resp.TrackingID}
	}
	var all []Changed
	for _, row := range rows {
		var x Changed
		if x, err = t.changed(row); err != nil {
			break
		}
		all = append(all, x)
	}
	if err != nil {
		f := drifted(op, resp, err)
		f.MayApply = false
		return nil, f
	}
	return all, nil
}

// reportRows are in the report of the answer, or, as one client has it, in the answer itself.
func reportRows(body []byte) (rows []map[string]json.RawMessage, refused string, err error) {
	one, err := single(body)
	if err != nil {
		return nil, "", err
	}
	type content struct {
		Rows      []map[string]json.RawMessage `json:"rows"`
		LoadError string                       `json:"load_error"`
	}
	var answer struct {
		content

		Report *content `json:"report"`
	}
	if err := json.Unmarshal(one, &answer); err != nil {
		return nil, "", err
	}
	if answer.Report != nil {
		return answer.Report.Rows, answer.Report.LoadError, nil
	}
	return answer.Rows, answer.LoadError, nil
}

func (t Table) changed(row map[string]json.RawMessage) (x Changed, err error) {
	var id ID
	for name, value := range row {
		switch {
		case strings.EqualFold(name, t.Key):
			err = json.Unmarshal(value, &id)
		case strings.EqualFold(name, t.Stamp):
			err = json.Unmarshal(value, &x.At)
		}
		if err != nil {
			return x, &fieldError{name, err}
		}
	}
	if x.ID = int64(id); x.ID <= 0 || x.At.IsZero() {
		return x, &fieldError{t.Key, fmt.Errorf("a row of a report without %s or %s", t.Key, t.Stamp)}
	}
	return x, nil
}
