package doctor

import (
	"context"
	"slices"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// besides are the parameters that are relied on and were not sent meanwhile: those that find a write again.
func besides() map[string][]string {
	return map[string][]string{
		"/tickets": {"third_party_id_string", "search_id", "include_custom_fields", "lastupdatetodate"},
		"/invoice": {"ticket_id"},
	}
}

// document compares the parameters relied on with those that the tenant's own version documents. One that is missing may work
// all the same, and what is documented may not [client library: halopsa-node for third_party_id_string]: it is said, not judged.
func (x *examination) document(ctx context.Context) ([]doctor.Finding, error) {
	relied := x.Seen.parameters()
	known, err := x.Halo.Document(ctx)
	if f := fault.Of(err); f != nil && f.Status != 0 && f.Kind != fault.Throttled && f.Kind != fault.Unavailable {
		return found("this tenant shows none: %s", doctor.Words(err)), nil
	}
	if err != nil {
		return nil, err
	}
	for path, names := range besides() {
		relied[path] = append(relied[path], names...)
	}
	var missing []doctor.Finding
	for _, path := range sorted(relied) {
		params, there := known[path]
		names := slices.DeleteFunc(relied[path], func(name string) bool { return params[strings.ToLower(name)] })
		slices.Sort(names)
		switch {
		case path == "/authinfo": // takes none
		case !there:
			missing = append(missing, doctor.Finding{About: path, Found: "not documented"})
		case len(names) > 0:
			missing = append(missing, doctor.Finding{About: path, Found: "not documented: " + strings.Join(slices.Compact(names), ", ")})
		}
	}
	if len(missing) == 0 {
		return found("every parameter relied on is documented"), nil
	}
	return missing, nil
}

func sorted(m map[string][]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
