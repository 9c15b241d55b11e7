package sim

import (
	"slices"
	"strings"
	"time"
)

// all is a filter that leaves in what every check does.
func all[F any](checks ...func(*record[F]) bool) func(*record[F]) bool {
	checks = slices.DeleteFunc(checks, func(check func(*record[F]) bool) bool { return check == nil })
	return func(r *record[F]) bool {
		return !slices.ContainsFunc(checks, func(check func(*record[F]) bool) bool { return !check(r) })
	}
}

// equals is a check of a whole number that a parameter asks for; nil where it asks for none.
func equals[F any](c *call, param string, of func(*record[F]) int) func(*record[F]) bool {
	n, ok := c.number(param)
	if !ok {
		return nil
	}
	return func(r *record[F]) bool { return of(r) == n }
}

// mentions is a check of a text that a parameter asks for, in any case; nil where it asks for none.
func mentions[F any](c *call, param string, of func(*record[F]) string) func(*record[F]) bool {
	text := strings.ToLower(c.query.Get(param))
	if text == "" {
		return nil
	}
	return func(r *record[F]) bool { return strings.Contains(strings.ToLower(of(r)), text) }
}

// between is a check of a time by two parameters, as far as the tenant's build knows them: inclusive, exclusive, ignored.
func between[F any](c *call, from, to, how string, of func(*record[F]) time.Time) func(*record[F]) bool {
	begin, since := c.moment(from)
	end, until := c.moment(to)
	if how == "ignored" || !since && !until {
		return nil
	}
	return func(r *record[F]) bool {
		at := of(r)
		after := !since || at.After(begin) || how == "inclusive" && at.Equal(begin)
		before := !until || at.Before(end) || how == "inclusive" && at.Equal(end)
		return after && before
	}
}

func updated[F any](r *record[F]) time.Time { return r.Updated.Time }
