package sim

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// user is a person at a client: a contact.
type user = record[userFields]

type userFields struct {
	userListed
	userMore
}

// userListed are the fields that lists show too.
type userListed struct {
	Name               string `json:"name"`
	FirstName          string `json:"firstname"`
	Surname            string `json:"surname"`
	Title              string `json:"title"`
	EmailAddress       string `json:"emailaddress"`
	PhoneNumber        string `json:"phonenumber"`
	MobileNumber       string `json:"mobilenumber"`
	SiteID             double `json:"site_id"` // not an integer in the vendor's document
	ClientID           int32  `json:"client_id"`
	Inactive           bool   `json:"inactive"`
	IsImportantContact bool   `json:"isimportantcontact"`
	IsServiceAccount   bool   `json:"isserviceaccount"`
	Notes              string `json:"notes"`
	Other1             string `json:"other1"`
	Other5             string `json:"other5"`
}

// userMore are the fields of the detail alone.
type userMore struct {
	Email2       string `json:"email2"`
	Email3       string `json:"email3"`
	ThirdPartyID string `json:"third_party_id"`
}

// userInput is what a POST may say about a user beside its fields.
type userInput struct {
	*userFields
	ID        int32             `json:"id"`
	Custom    []json.RawMessage `json:"customfields"`
	Link      *externalLink     `json:"new_external_link"`
	MergeInto int32             `json:"_merge_user_into"`
}

// userFacts are the fields that only the vendor writes.
type userFacts struct {
	SiteIDInt  int32  `json:"site_id_int"`
	SiteName   string `json:"site_name"`
	ClientName string `json:"client_name"`
}

// userRow is a user in a list: without a change stamp (schema Users_List).
type userRow struct {
	ID int `json:"id"`
	userListed
	userFacts
	CustomFields []customField `json:"customfields"`
}

// userDetail is a user by itself (schema Users).
type userDetail struct {
	ID int `json:"id"`
	userListed
	userMore
	userFacts
	DateCreated    stamp          `json:"datecreated"`
	LastUpdate     stamp          `json:"ulastupdate"`
	CustomFields   []customField  `json:"customfields"`
	ExternalLinks  []externalLink `json:"external_links"`
	EmailCollision int32          `json:"_email_collision,omitempty"` // another user has the address [official name; unsure what it does]
	Warning        *string        `json:"_warning,omitempty"`
}

func (h *Halo) userKind() *kind[userFields] {
	return &kind[userFields]{
		name: "user", resource: "/Users", key: "users", read: "read:customers", edit: "edit:customers", first: 1301,
		owner: func(r *user) int { return int(r.Fields.ClientID) },
		params: []string{
			"includeactive", "includeinactive", "lastupdatefromdate", "lastupdatetodate", "search", "client_id", "site_id", "idonly",
			"exclude_generaluser",
		},
		fresh: func(stamp) userFields { return userFields{} },
		orders: map[string]func(a, b *user) int{
			"name":    func(a, b *user) int { return cmp.Compare(a.Fields.Name, b.Fields.Name) },
			"site_id": func(a, b *user) int { return cmp.Compare(a.Fields.SiteID, b.Fields.SiteID) },
		},
		filter: func(c *call, s Switches) func(*user) bool {
			general := c.flag("exclude_generaluser")
			return all(
				retired(c, func(r *user) bool { return r.Fields.Inactive }),
				between(c, "lastupdatefromdate", "lastupdatetodate", s.UserSince, updated[userFields]),
				mentions(c, "search", func(r *user) string { return r.Fields.Name + "\n" + r.Fields.EmailAddress }),
				equals(c, "client_id", func(r *user) int { return int(r.Fields.ClientID) }),
				equals(c, "site_id", func(r *user) int { return int(r.Fields.SiteID) }),
				func(r *user) bool { return !general || r.Fields.Name != generalUser },
			)
		},
		row: func(c *call, r *user, s Switches) any {
			return userRow{ID: r.ID, userListed: r.Fields.userListed, userFacts: h.userFacts(r), CustomFields: c.customs(r.Custom, s)}
		},
		detail:  h.userByItself,
		admit:   h.admitUser,
		settled: h.settledUser,
		marks: func(r *user) map[string]string {
			return map[string]string{"third_party_id": r.Fields.ThirdPartyID, "emailaddress": r.Fields.EmailAddress, "other5": r.Fields.Other5}
		},
		remove: h.retireUser,
	}
}

// generalUser stands for nobody in particular at a site [community: CIPP-API Halo extension].
const generalUser = "General User"

func (h *Halo) userFacts(r *user) userFacts {
	return userFacts{SiteIDInt: int32(r.Fields.SiteID), SiteName: h.nameOfSite(int(r.Fields.SiteID)), ClientName: h.nameOfClient(int(r.Fields.ClientID))}
}

func (h *Halo) userByItself(r *user, _ bool, s Switches) any {
	out := userDetail{
		ID: r.ID, userListed: r.Fields.userListed, userMore: r.Fields.userMore, userFacts: h.userFacts(r), DateCreated: r.Created,
		LastUpdate: r.Updated, CustomFields: listOf(r.Custom, s.NullCollections), ExternalLinks: listOf(r.Links, s.NullCollections),
		Warning: s.warning(),
	}
	if other := h.sameAddress(r); other != nil && s.EmailCollision == "signalled" {
		out.EmailCollision = int32(other.ID) //nolint:gosec // a small id
	}
	return out
}

// admitUser needs a site, or a client whose main site it takes [unsure]; the client is always the site's.
func (h *Halo) admitUser(_, next *user, _ json.RawMessage, _ actor) error {
	f := &next.Fields
	if c, there := h.clients.get(int(f.ClientID)); f.SiteID == 0 && there {
		f.SiteID = double(c.Fields.MainSiteID)
	}
	at, there := h.sites.get(int(f.SiteID))
	if !there {
		return invalid("Please select a Site.")
	}
	f.ClientID = int32(at.Fields.ClientID)
	if f.FirstName+f.Surname != "" {
		f.Name = strings.TrimSpace(f.FirstName + " " + f.Surname)
	}
	if strings.TrimSpace(f.Name) == "" {
		return invalid("Please enter a Name.")
	}
	if h.Switches().EmailCollision == "refused" && h.sameAddress(next) != nil {
		return invalid("A user with this email address already exists.")
	}
	return nil
}

// sameAddress is another user in use with the address.
func (h *Halo) sameAddress(r *user) *user {
	if r.Fields.EmailAddress == "" {
		return nil
	}
	found, _ := h.users.shelf.Page(vendorsim.Query[*user]{Order: vendorsim.Order[*user]{Name: "id", Compare: func(a, b *user) int { return cmp.Compare(a.ID, b.ID) }}, Limit: 1, Match: func(o *user) bool {
		return o.ID != r.ID && !o.Fields.Inactive && o.MergedInto == 0 && strings.EqualFold(o.Fields.EmailAddress, r.Fields.EmailAddress)
	}})
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

func (h *Halo) settledUser(old, next *user, element json.RawMessage, by actor) {
	in := userInput{userFields: &userFields{}}
	_ = fill(element, &in) // it was read before
	if old != nil && in.MergeInto != 0 {
		_ = h.users.merge(h, next.ID, int(in.MergeInto), by)
	}
}

func (h *Halo) retireUser(r *user) (*user, error) {
	if !h.hasTickets(func(t *ticket) bool { return int(t.Fields.UserID) == r.ID }) {
		return nil, nil //nolint:nilnil // nothing is left, and nothing is wrong
	}
	return retire(r, h.Switches().DeleteWithHistory, func(f *userFields) { f.Inactive = true })
}

// hasTickets says whether a ticket is of the sort.
func (h *Halo) hasTickets(match func(*ticket) bool) bool {
	_, total := h.tickets.Page(vendorsim.Query[*ticket]{Order: ticketOrder(nil), Match: match, Limit: 1})
	return total > 0
}
