package halo

import (
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

func TestAReportIsReadInWhicheverShapeAndItsFailureToo(t *testing.T) {
	since := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	quotes := Table{Name: "QUOTATIONHEADER", Key: "QHid", Stamp: "qhlastupdatetime"}
	for name, row := range map[string]struct {
		body string
		rows int
		want fault.Kind
	}{
		"in a report":                {`{"id":0,"report":{"rows":[{"QHid":301.0,"qhlastupdatetime":"2026-03-02T10:00:00"}],"load_error":""}}`, 1, fault.Unknown},
		"in the answer itself":       {`[{"rows":[{"qhid":301,"QHLASTUPDATETIME":"2026-03-02T10:00:00"}]}]`, 1, fault.Unknown},
		"null for none":              {`{"report":{"rows":null,"load_error":null}}`, 0, fault.Unknown},
		"a failure with status 200":  {`{"report":{"rows":[],"load_error":"Invalid column name 'x'."}}`, 0, fault.Invalid},
		"a row without its stamp":    {`{"report":{"rows":[{"QHid":301}]}}`, 0, fault.Drift},
		"a key that is a word":       {`{"report":{"rows":[{"QHid":"x","qhlastupdatetime":"2026-03-02T10:00:00"}]}}`, 0, fault.Drift},
		"a page instead of a report": {`<html>`, 0, fault.Drift},
	} {
		t.Run(name, func(t *testing.T) {
			v, c := answering(t, 201, row.body)
			got, err := c.ReportChanged(t.Context(), quotes, since, 500)
			if len(got) != row.rows || (err != nil) != (row.want != fault.Unknown) || err != nil && (fault.KindOf(err) != row.want || fault.Of(err).MayApply) {
				t.Errorf("%v, %v", got, err)
			}
			const want = `[{"_loadreportonly":true,"_testonly":false,"apiquery_id":0,"id":0,"name":"","sql":"select top 500 QHid, qhlastupdatetime from ` +
				`QUOTATIONHEADER where qhlastupdatetime \u003e= '2026-03-02T09:00:00' order by qhlastupdatetime, QHid"}]`
			if v.sent != want {
				t.Errorf("sent %s", v.sent)
			}
		})
	}
}
