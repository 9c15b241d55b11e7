package store

import (
	"strings"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Clients is the mirror of the customer companies.
func Clients(c Config) mirror.Kind[*psav1.Client] {
	k := entity(c, "client", "clients", func(x *psav1.Client) *[]*psav1.CustomField { return &x.CustomFields })
	k.ColumnNames = []string{"inactive", "reference"}
	k.Columns = func(x *psav1.Client) []any { return []any{x.GetInactive(), x.GetReference()} }
	return k
}

// Sites is the mirror of the clients' sites.
func Sites(c Config) mirror.Kind[*psav1.Site] {
	k := entity(c, "site", "sites", func(x *psav1.Site) *[]*psav1.CustomField { return &x.CustomFields })
	k.ColumnNames = []string{"inactive", "client"}
	k.Columns = func(x *psav1.Site) []any { return []any{x.GetInactive(), x.GetClient()} }
	return k
}

// Users is the mirror of the people at the clients.
func Users(c Config) mirror.Kind[*psav1.User] {
	k := entity(c, "user", "users", func(x *psav1.User) *[]*psav1.CustomField { return &x.CustomFields })
	k.Table = "contact"
	k.ColumnNames = []string{"inactive", "client", "site", "email"}
	k.Columns = func(x *psav1.User) []any {
		return []any{x.GetInactive(), x.GetClient(), x.GetSite(), strings.ToLower(x.GetEmail())}
	}
	return k
}
