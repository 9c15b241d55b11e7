package history

import "github.com/breakwater-acl/breakwater/pkg/vendorsim"

// Deed is an entry of the vendor's ledger, as those understand it who know the vendor.
type Deed struct {
	vendorsim.Entry
	About   string            // the vendor's id of the subject; of a child, its parent's
	Asked   Op                // where no value tells which write: the operation that leads to it; empty: none of a caller's
	Values  []string          // what it sets that may never have been used before: by these the write is found that asked for it
	Sets    map[string]string // by the contract's fields
	Mark    string            // what the adapter wrote beside it to find it again; empty: nothing
	Into    string            // the id of the subject into which this one was merged; empty: it was not
	Attempt bool              // a try that may fail, and of which each needs a decision of somebody's
	Failed  bool              // that try came to nothing
	Back    int64             // the money that it gives back, in minor units
	Follows bool              // the vendor did it by itself, as a consequence of another
	With    Op                // it may be a consequence of the deed right behind it, which is one of these; empty: it is not
}

// Reading is how a vendor's ledger is understood.
type Reading func(vendorsim.Entry) Deed

// ByHand reports whether a person did it, or time.
func (d Deed) ByHand() bool { return d.Application == "" }
