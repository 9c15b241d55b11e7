package translate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// replaced are the fields whose values Halo is known to replace in silence, or that it fills in by rules of its own where they do not
// fit each other [community: CIPP-API for priority_id and user_id; the others are inferred].
func replaced() []protoreflect.Name {
	return []protoreflect.Name{"priority", "type", "client", "site", "user", "opportunity", "ticket", "inactive", "private"}
}

// Otherwise says in which of the fields that were asked for an answer shows something else; empty: in none that can be told. Where
// Halo warns, every word and every switch counts, but for long texts, of which it makes its own; otherwise only what it is known to
// replace, because the tenant's rules may move the rest at once, a status for one. What was cleared may have a default, and is not
// held against it.
func Otherwise(asked proto.Message, o *mirror.Observation, paths []string, warning string) string {
	if o == nil || o.State == nil {
		return ""
	}
	was, is := asked.ProtoReflect(), o.State.ProtoReflect()
	var told []string
	for _, path := range paths {
		fd := was.Descriptor().Fields().ByName(protoreflect.Name(path))
		if fd == nil || !slices.Contains(o.Covers.Paths, path) || fd.IsList() || !comparable(fd, warning != "") {
			continue
		}
		a, b := was.Get(fd), is.Get(fd)
		if fd.Kind() == protoreflect.StringKind && (a.String() == "" || strings.TrimSpace(a.String()) == strings.TrimSpace(b.String())) || a.Equal(b) {
			continue
		}
		told = append(told, fmt.Sprintf("%s is %s, not %s", path, said(b), said(a)))
	}
	if code := inCurrency(asked, o); code != "" {
		told = append(told, code)
	}
	return strings.Join(append(told, otherWork(asked, o)...), "; ")
}

// otherWork says in what a piece of work is another than was asked for. How long it took, Halo rounds.
func otherWork(asked proto.Message, o *mirror.Observation) (told []string) {
	n, _ := asked.(*psav1.Note)
	shown, _ := o.State.(*psav1.Note)
	was, is := n.GetWork(), shown.GetWork()
	if was == nil || !slices.Contains(o.Covers.Paths, "work") {
		return nil
	}
	if is == nil {
		return []string{"its time was not kept"}
	}
	if was.GetAgent() != "" && was.GetAgent() != is.GetAgent() {
		told = append(told, fmt.Sprintf("work.agent is %.60s, not %.60s", cmp.Or(is.GetAgent(), "none"), was.GetAgent()))
	}
	if was.GetWorkType() != "" && was.GetWorkType() != is.GetWorkType() {
		told = append(told, fmt.Sprintf("work.work_type is %.60s, not %.60s", cmp.Or(is.GetWorkType(), "none"), was.GetWorkType()))
	}
	if was.GetBilling() != psav1.Note_BILLING_UNSPECIFIED && is.GetBilling() != psav1.Note_BILLING_UNSPECIFIED && was.GetBilling() != is.GetBilling() {
		told = append(told, fmt.Sprintf("work.billing is %s, not %s", is.GetBilling(), was.GetBilling()))
	}
	return told
}

// inCurrency says that lines were asked for in another currency than the whole is in; empty: they were not.
func inCurrency(asked proto.Message, o *mirror.Observation) string {
	if !slices.Contains(o.Covers.Paths, "currency_code") {
		return ""
	}
	var is string
	var codes []string
	switch x := asked.(type) {
	case *psav1.Quote:
		shown, _ := o.State.(*psav1.Quote)
		is = shown.GetCurrencyCode()
		for _, l := range x.GetLines() {
			codes = append(codes, l.GetUnitPrice().GetCurrencyCode(), l.GetUnitCost().GetCurrencyCode())
		}
	case *psav1.Invoice:
		shown, _ := o.State.(*psav1.Invoice)
		is = shown.GetCurrencyCode()
		for _, l := range x.GetLines() {
			codes = append(codes, l.GetUnitPrice().GetCurrencyCode())
		}
	}
	for _, code := range codes {
		if code != "" && is != "" && code != is {
			return fmt.Sprintf("its currency is %s, not %s", is, code)
		}
	}
	return ""
}

func comparable(fd protoreflect.FieldDescriptor, warned bool) bool {
	switch fd.Kind() {
	case protoreflect.StringKind:
		return slices.Contains(replaced(), fd.Name()) || warned && !slices.Contains([]protoreflect.Name{"details", "note", "internal_note", "text"}, fd.Name())
	case protoreflect.BoolKind:
		return slices.Contains(replaced(), fd.Name())
	default:
		return false
	}
}

func said(v protoreflect.Value) string { return fmt.Sprintf("%.60s", cmp.Or(v.String(), "none")) }
