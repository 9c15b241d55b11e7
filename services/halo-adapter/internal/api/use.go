package api

import (
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
)

// retirable is what can be out of use.
type retirable interface {
	mirror.Message
	GetInactive() bool
}

// use is a write that takes a resource out of use, or back; patch says which.
func use[M retirable](operation string, patch M) resource.Write[M] {
	return resource.Write[M]{
		Operation: operation, Patch: patch, Paths: []string{"inactive"},
		Allows: func(shown M) error {
			switch {
			case shown.GetInactive() != patch.GetInactive():
				return nil
			case shown.GetInactive():
				return &fault.Error{Kind: fault.Precondition, Reason: "ALREADY_INACTIVE", Message: "it is out of use already"}
			}
			return &fault.Error{Kind: fault.Precondition, Reason: "ALREADY_ACTIVE", Message: "it is in use already"}
		},
	}
}
