package translate

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// numbered is a line, with the id that it has, if it has one.
type numbered interface {
	proto.Message
	GetId() string
}

// placed are the lines that were asked for, each without an id with that of a line shown that is like it and that none of the others
// names: an attempt whose answer was lost has added it, and would add it again. fault.Invalid: an id that none of those shown has;
// Halo would answer that there is no such thing, of whatever.
func placed[L numbered](field string, asked, shown []L, named func(l L, id string) L) ([]L, error) {
	free := slices.Clone(shown)
	take := func(is func(L) bool) (id string, ok bool) {
		at := slices.IndexFunc(free, is)
		if at < 0 {
			return "", false
		}
		id = free[at].GetId()
		free = slices.Delete(free, at, at+1)
		return id, true
	}
	for i, l := range asked {
		if l.GetId() == "" {
			continue
		}
		if _, ok := take(func(s L) bool { return s.GetId() == l.GetId() }); !ok {
			return nil, fault.Field(fmt.Sprintf("%s[%d].id", field, i), "is none of its lines")
		}
	}
	out := slices.Clone(asked)
	for i, l := range asked {
		if l.GetId() != "" {
			continue
		}
		if id, ok := take(func(s L) bool { return sameLine(l, s) }); ok {
			out[i] = named(l, id)
		}
	}
	return out, nil
}

// PlacedQuoteLines is asked with the ids of those of its lines that are there already; see placed.
func PlacedQuoteLines(asked, shown *psav1.Quote) (*psav1.Quote, error) {
	out := proto.CloneOf(asked)
	lines, err := placed("quote.lines", out.GetLines(), shown.GetLines(), func(l *psav1.QuoteLine, id string) *psav1.QuoteLine {
		l.Id = id
		return l
	})
	out.Lines = lines
	return out, err
}

// PlacedInvoiceLines is asked with the ids of those of its lines that are there already; see placed.
func PlacedInvoiceLines(asked, shown *psav1.Invoice) (*psav1.Invoice, error) {
	out := proto.CloneOf(asked)
	lines, err := placed("invoice.lines", out.GetLines(), shown.GetLines(), func(l *psav1.InvoiceLine, id string) *psav1.InvoiceLine {
		l.Id = id
		return l
	})
	out.Lines = lines
	return out, err
}

// KeptLines reports whether the lines shown are those that were asked for, in whatever order and under whatever ids: Halo may write
// them anew.
func KeptLines[L numbered](asked, shown []L) bool {
	free := slices.Clone(shown)
	for _, l := range asked {
		at := slices.IndexFunc(free, func(s L) bool { return alike(l, s) })
		if at < 0 {
			return false
		}
		free = slices.Delete(free, at, at+1)
	}
	return len(free) == 0
}

// alike is sameLine, whatever their ids.
func alike(asked, shown proto.Message) bool {
	a := proto.Clone(asked)
	r := a.ProtoReflect()
	r.Clear(r.Descriptor().Fields().ByName("id"))
	return sameLine(a, shown)
}
