package job

import (
	"strconv"
	"strings"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// clients are looked for by their names.
func clients() entity[*psav1.Client, halo.Area] {
	return entity[*psav1.Client, halo.Area]{
		kind: "client", mark: "notes", merges: true, rows: (*halo.Client).Areas, shown: translate.Words.Client, patch: translate.Words.ClientPatch, create: translate.Words.NewClient,
		find: func(c *psav1.Client) (halo.Query, func(halo.Area) bool) {
			return halo.Query{Search: c.GetDisplayName()}, func(x halo.Area) bool { return x.Name == c.GetDisplayName() }
		},
	}
}

// sites are looked for among their client's.
func sites() entity[*psav1.Site, halo.Site] {
	return entity[*psav1.Site, halo.Site]{
		kind: "site", mark: "ref", rows: (*halo.Client).Sites, shown: translate.Words.Site, patch: translate.Words.SitePatch, create: translate.Words.NewSite,
		find: func(s *psav1.Site) (halo.Query, func(halo.Site) bool) {
			return halo.Query{ClientID: numberOr0(s.GetClient())}, func(x halo.Site) bool { return x.Name == s.GetDisplayName() }
		},
	}
}

// users are looked for by their addresses, and those who have none by their names, wherever they are: a site decides of which
// client they are.
func users() entity[*psav1.User, halo.User] {
	return entity[*psav1.User, halo.User]{
		kind: "user", mark: "third_party_id", merges: true, rows: (*halo.Client).Users, shown: translate.Words.User, patch: translate.Words.UserPatch, create: translate.Words.NewUser,
		find: func(u *psav1.User) (halo.Query, func(halo.User) bool) {
			q := halo.Query{Search: u.GetEmail()}
			if q.Search == "" {
				q.Search = u.GetLastName()
			}
			if q.Search == "" {
				q.Search = u.GetFirstName()
			}
			return q, func(x halo.User) bool {
				return u.GetEmail() != "" && strings.EqualFold(x.Email, u.GetEmail()) || x.FirstName == u.GetFirstName() && x.Surname == u.GetLastName()
			}
		},
	}
}

// numberOr0 is an id, or no filter.
func numberOr0(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
