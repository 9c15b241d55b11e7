package sim

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func (h *Halo) reportRoutes() []route {
	return []route{{"POST", "/Report", nil, "edit:reporting", h.postReport}}
}

// report is what is sent and answered (schema AnalyzerProfile).
type report struct {
	ID       int32          `json:"id"`
	Name     string         `json:"name"`
	SQL      string         `json:"sql"`
	LoadOnly bool           `json:"_loadreportonly"`
	Report   *reportContent `json:"report,omitempty"`
}

// reportContent is what was found, or why not: a failure comes with status 200 [client library: homotechsual/HaloAPI].
type reportContent struct {
	Rows      []map[string]any `json:"rows"`
	LoadError string           `json:"load_error"`
}

// postReport runs the query of one report without saving it.
func (h *Halo) postReport(c *call) (any, error) {
	list, err := elements(c.Request)
	if err != nil {
		return nil, err
	}
	var in report
	if err := fill(list[0], &in); err != nil {
		return nil, err
	}
	if !h.Switches().ReportRights {
		return nil, refusal{http.StatusForbidden, "You do not have permission to do this."}
	}
	rows, err := h.query(in.SQL)
	in.Report = &reportContent{Rows: listOf(rows, h.Switches().NullCollections)}
	if err != nil {
		in.Report.LoadError = err.Error()
	}
	return postAnswer([]report{in}, false, h.Switches().PostAnswer), nil
}

// statement is the one form of query that is understood: the first so many rows of one table, changed since, in an order.
var statement = regexp.MustCompile(`(?is)^\s*select\s+(?:top\s+\(?(\d+)\)?\s+)?(.+?)\s+from\s+(\w+)(?:\s+where\s+(\w+)\s*(>=|>)\s*'([^']+)')?(?:\s+order\s+by\s+(.+?))?\s*;?\s*$`) //nolint:gochecknoglobals // a constant pattern

// query answers in the names of the vendor's tables [client library: redanthrax/halopsa-mcp, schema/catalog.json].
func (h *Halo) query(sql string) ([]map[string]any, error) {
	part := statement.FindStringSubmatch(sql)
	if part == nil {
		return nil, fmt.Errorf("Incorrect syntax near '%.20s'.", sql) //nolint:staticcheck,revive // the database's own words
	}
	columns, rows := h.sqlTable(strings.ToUpper(part[3]))
	if columns == nil {
		return nil, fmt.Errorf("Invalid object name '%s'.", part[3]) //nolint:staticcheck,revive // as above
	}
	names := strings.Split(strings.ReplaceAll(part[2], " ", ""), ",")
	order := strings.FieldsFunc(part[7], func(r rune) bool { return r == ',' || r == ' ' })
	for _, name := range slices.Concat(names, order, []string{cmp.Or(part[4], columns[0])}) {
		if !slices.ContainsFunc(columns, func(c string) bool { return strings.EqualFold(c, name) }) {
			return nil, fmt.Errorf("Invalid column name '%s'.", name) //nolint:staticcheck,revive // as above
		}
	}
	if part[4] != "" {
		since, err := parseTime(part[6])
		if err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(rows, func(r sqlRow) bool { return !r.after(part[4], part[5] == ">=", since) })
	}
	slices.SortStableFunc(rows, func(a, b sqlRow) int { return a.compare(b, order) })
	if top, err := strconv.Atoi(part[1]); err == nil {
		rows = rows[:min(top, len(rows))]
	}
	return shownColumns(rows, names), nil
}
