package sim

import (
	"cmp"
	"encoding/json"
	"strings"
)

// site is a place of a client's.
type site = record[siteFields]

type siteFields struct {
	siteListed
	siteMore
}

// siteListed are the fields that lists show too.
type siteListed struct {
	Name          string `json:"name"`
	ClientID      double `json:"client_id"` // not an integer in the vendor's document
	Inactive      bool   `json:"inactive"`
	SLAID         int32  `json:"sla_id"`
	PhoneNumber   string `json:"phonenumber"`
	Colour        string `json:"colour"`
	Timezone      string `json:"timezone"`
	Ref           string `json:"ref"`
	MainContactID int32  `json:"maincontact_id"`
}

// siteMore are the fields of the detail alone.
type siteMore struct {
	DeliveryAddress address `json:"delivery_address"`
	InvoiceAddress  address `json:"invoice_address"`
	CountryCode     string  `json:"country_code"`
}

// address is a postal address (schema AddressStore).
type address struct {
	Line1    string `json:"line1"`
	Line2    string `json:"line2"`
	Line3    string `json:"line3"`
	Line4    string `json:"line4"`
	Postcode string `json:"postcode"`
}

// siteInput is what a POST may say about a site beside its fields.
type siteInput struct {
	*siteFields
	ID     int32             `json:"id"`
	Custom []json.RawMessage `json:"customfields"`
	Link   *externalLink     `json:"new_external_link"`
}

// siteFacts are the fields that only the vendor writes.
type siteFacts struct {
	ClientName     string `json:"client_name"`
	ClientSiteName string `json:"clientsite_name"`
}

// siteRow is a site in a list: without a change stamp (schema Site_List).
type siteRow struct {
	ID int `json:"id"`
	siteListed
	siteFacts
	AddressLine1 *string       `json:"delivery_address_line1,omitempty"` // with includeaddress
	AddressLine2 *string       `json:"delivery_address_line2,omitempty"`
	AddressLine3 *string       `json:"delivery_address_line3,omitempty"`
	AddressLine4 *string       `json:"delivery_address_line4,omitempty"`
	AddressLine5 *string       `json:"delivery_address_line5,omitempty"`
	CustomFields []customField `json:"customfields"`
}

// siteDetail is a site by itself (schema Site).
type siteDetail struct {
	ID   int    `json:"id"`
	GUID string `json:"guid"`
	siteListed
	siteMore
	siteFacts
	DateCreated   stamp          `json:"datecreated"`
	LastUpdate    stamp          `json:"slastupdate"`
	CustomFields  []customField  `json:"customfields"`
	ExternalLinks []externalLink `json:"external_links"`
	Warning       *string        `json:"_warning,omitempty"`
}

func (h *Halo) siteKind() *kind[siteFields] {
	return &kind[siteFields]{
		name: "site", resource: "/Site", key: "sites", read: "read:customers", edit: "edit:customers", first: 131,
		owner: func(r *site) int { return int(r.Fields.ClientID) },
		params: []string{
			"includeactive", "includeinactive", "lastupdatefromdate", "lastupdatetodate", "search", "client_id", "idonly",
			"includeaddress", "include_custom_fields",
		},
		fresh: func(stamp) siteFields { return siteFields{siteListed: siteListed{SLAID: 1}} },
		orders: map[string]func(a, b *site) int{
			"name":      func(a, b *site) int { return cmp.Compare(a.Fields.Name, b.Fields.Name) },
			"client_id": func(a, b *site) int { return cmp.Compare(a.Fields.ClientID, b.Fields.ClientID) },
		},
		filter: func(c *call, s Switches) func(*site) bool {
			return all(
				retired(c, func(r *site) bool { return r.Fields.Inactive }),
				between(c, "lastupdatefromdate", "lastupdatetodate", s.SiteSince, updated[siteFields]),
				mentions(c, "search", func(r *site) string { return r.Fields.Name }),
				equals(c, "client_id", func(r *site) int { return int(r.Fields.ClientID) }),
			)
		},
		row:    h.siteInList,
		detail: h.siteByItself,
		admit:  h.admitSite,
		marks:  func(r *site) map[string]string { return map[string]string{"ref": r.Fields.Ref} },
		remove: h.retireSite,
	}
}

func (h *Halo) siteInList(c *call, r *site, s Switches) any {
	out := siteRow{ID: r.ID, siteListed: r.Fields.siteListed, siteFacts: h.siteFacts(r), CustomFields: c.customs(r.Custom, s)}
	a, asked := r.Fields.DeliveryAddress, c.flag("includeaddress")
	out.AddressLine1, out.AddressLine2, out.AddressLine3 = when(asked, a.Line1), when(asked, a.Line2), when(asked, a.Line3)
	out.AddressLine4, out.AddressLine5 = when(asked, a.Line4), when(asked, a.Postcode)
	return out
}

func (h *Halo) siteFacts(r *site) siteFacts {
	name := h.nameOfClient(int(r.Fields.ClientID))
	return siteFacts{ClientName: name, ClientSiteName: name + "/" + r.Fields.Name}
}

func (h *Halo) siteByItself(r *site, _ bool, s Switches) any {
	return siteDetail{
		ID: r.ID, GUID: r.GUID, siteListed: r.Fields.siteListed, siteMore: r.Fields.siteMore, siteFacts: h.siteFacts(r),
		DateCreated: r.Created, LastUpdate: r.Updated, CustomFields: listOf(r.Custom, s.NullCollections),
		ExternalLinks: listOf(r.Links, s.NullCollections), Warning: s.warning(),
	}
}

func (h *Halo) admitSite(_, next *site, _ json.RawMessage, _ actor) error {
	if strings.TrimSpace(next.Fields.Name) == "" {
		return invalid("Please enter a Site Name.")
	}
	if _, there := h.clients.get(int(next.Fields.ClientID)); !there {
		return invalid("Please select a Client.")
	}
	return nil
}

func (h *Halo) retireSite(r *site) (*site, error) {
	if !h.hasTickets(func(t *ticket) bool { return int(t.Fields.SiteID) == r.ID }) {
		return nil, nil //nolint:nilnil // nothing is left, and nothing is wrong
	}
	return retire(r, h.Switches().DeleteWithHistory, func(f *siteFields) { f.Inactive = true })
}

func (h *Halo) nameOfSite(id int) string {
	if r, ok := h.sites.get(id); ok {
		return r.Fields.Name
	}
	return ""
}

func (h *Halo) nameOfClient(id int) string {
	if r, ok := h.clients.get(id); ok {
		return r.Fields.Name
	}
	return ""
}
