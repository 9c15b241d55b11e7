package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

func TestKindSurvivesWrapping(t *testing.T) {
	refused := &fault.Error{Op: "halo.UpdateTicket", Kind: fault.Invalid, Reason: "REFUSED", Message: "no outcome"}
	if got := fault.KindOf(fmt.Errorf("settle job: %w", refused)); got != fault.Invalid {
		t.Errorf("kind of a wrapped refusal: %v, want invalid", got)
	}
	if got := fault.KindOf(errors.New("boom")); got != fault.Unknown {
		t.Errorf("kind of a stranger: %v, want unknown", got)
	}
	if fault.Of(nil) != nil {
		t.Error("no error became one")
	}
}

func TestEveryKindIsSpelledBackAndForth(t *testing.T) {
	for k := fault.Unknown; k <= fault.Exhausted; k++ {
		if got := fault.ParseKind(k.String()); got != k {
			t.Errorf("ParseKind(%q) = %v, want %v", k.String(), got, k)
		}
	}
}

func ExampleError() {
	err := &fault.Error{Op: "halo.AddNote", Kind: fault.Invalid, Reason: "REFUSED", Message: "you have no access to this action"}
	fmt.Println(err)
	// Output: halo.AddNote: REFUSED: you have no access to this action
}
