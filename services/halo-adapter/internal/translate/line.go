package translate

import (
	"encoding/json"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// tellsLines reports whether a row tells of its lines. Lists may leave them out, or show null or none for what they leave out
// [unsure]; details may leave out none, or show null for it, and then nothing is billed either.
func tellsLines[L any](lines []L, s Shape, subtotal halo.Amount) bool {
	free := decimal(subtotal) == "0"
	switch {
	case len(lines) > 0:
		return true
	case lines != nil: // [] was said
		return s == Detail || free
	}
	return s == Detail && free
}

// currencyField is where a row tells its currency. Amounts of a list that does not tell it are not covered: details may tell another
// than the tenant is configured with.
const currencyField = "currency_code_name"

// putLines puts all lines, each in Halo's words.
func putLines[L any](p *halo.Patch, of string, lines []L, currency string, patch func(l L, field, currency string) (halo.Patch, error)) error {
	out := make([]halo.Patch, 0, len(lines))
	for i, l := range lines {
		x, err := patch(l, fmt.Sprintf("%s.lines[%d]", of, i), currency)
		if err != nil {
			return err
		}
		out = append(out, x)
	}
	return p.Value("lines", out)
}

// linePut puts the fields of one line, up to the first that cannot be put.
type linePut struct {
	p               *halo.Patch
	field, currency string
	err             error
}

// id puts an id, if there is one.
func (w *linePut) id(theirs, ours, value string) {
	if w.err != nil || value == "" {
		return
	}
	var n int64
	if n, w.err = id(w.field+"."+ours, value); w.err == nil {
		w.p.Int(theirs, n)
	}
}

// text puts a text, an empty one only if it is to be emptied.
func (w *linePut) text(theirs, value string, empty bool) {
	if value != "" || empty {
		w.p.Text(theirs, value)
	}
}

func (w *linePut) number(theirs, ours, value string) {
	if w.err != nil {
		return
	}
	var n json.RawMessage
	if n, w.err = number(w.field+"."+ours, value); w.err == nil {
		w.p.JSON(theirs, n)
	}
}

// money puts an amount, if there is one: what the product says stays otherwise.
func (w *linePut) money(theirs, ours string, m *typev1.Money) {
	if w.err != nil || m == nil {
		return
	}
	var n json.RawMessage
	if n, w.err = amount(w.field+"."+ours, m, w.currency); w.err == nil {
		w.p.JSON(theirs, n)
	}
}

// sameLine reports whether what was asked of a line is what is shown, but for the id of one that was new, and what Halo works out.
func sameLine(asked, shown proto.Message) bool {
	a, b := proto.Clone(asked).ProtoReflect(), proto.Clone(shown).ProtoReflect()
	for _, m := range []protoreflect.Message{a, b} {
		for _, worked := range []protoreflect.Name{"net", "tax"} {
			m.Clear(m.Descriptor().Fields().ByName(worked))
		}
	}
	same := true
	for i := range a.Descriptor().Fields().Len() {
		fd := a.Descriptor().Fields().Get(i)
		x, y := a.Get(fd), b.Get(fd)
		switch {
		case fd.Message() != nil:
			same = same && (!a.Has(fd) || sameAmount(x.Message().Interface(), y.Message().Interface()))
		case fd.Kind() == protoreflect.StringKind && x.String() == "" && leftToHalo(a, fd.Name()):
		case fd.Name() == "quantity" || fd.Name() == "discount_percent":
			same = same && percent(halo.Amount(x.String())) == percent(halo.Amount(y.String()))
		default:
			same = same && x.Equal(y)
		}
	}
	return same
}

// leftToHalo says of a text that is left out of a line whether Halo fills it in: a new line's id, and what a product says of itself.
func leftToHalo(asked protoreflect.Message, field protoreflect.Name) bool {
	switch field {
	case "id", "tax_code":
		return true
	case "display_name", "description":
		return asked.Get(asked.Descriptor().Fields().ByName("item")).String() != ""
	}
	return false
}

func sameAmount(x, y proto.Message) bool {
	a, okA := x.(*typev1.Money)
	b, okB := y.(*typev1.Money)
	if !okA || !okB {
		return false
	}
	one, err := amount("", a, b.GetCurrencyCode())
	other, err2 := amount("", b, b.GetCurrencyCode())
	return err == nil && err2 == nil && string(one) == string(other)
}

// SameLines reports whether the lines that were asked for are those that are shown, in that order.
func SameLines[L proto.Message](asked, shown []L) bool {
	return slices.EqualFunc(asked, shown, func(a, b L) bool { return sameLine(a, b) })
}
