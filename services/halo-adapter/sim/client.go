package sim

import (
	"cmp"
	"encoding/json"
)

// client is a customer company, a row of the vendor's Area table.
type client = record[clientFields]

type clientFields struct {
	clientListed
	clientMore
}

// clientListed are the fields that lists show too.
type clientListed struct {
	Name         string `json:"name"`
	TopLevelID   int32  `json:"toplevel_id"`
	Inactive     bool   `json:"inactive"`
	Colour       string `json:"colour"`
	Ref          string `json:"ref"`
	IsVIP        bool   `json:"is_vip"`
	CustomerType int32  `json:"customertype"`
	AccountsID   string `json:"accountsid"`
	Logo         string `json:"logo"` // bulky, in lists too [community: CIPP-API Halo extension]
}

// clientMore are the fields of the detail alone.
type clientMore struct {
	Website       string `json:"website"`
	Notes         string `json:"notes"`
	AccountsEmail string `json:"accountsemailaddress"`
	MainSiteID    int32  `json:"main_site_id"`
}

// clientInput is what a POST may say about a client beside its fields.
type clientInput struct {
	*clientFields
	ID           int32             `json:"id"`
	Custom       []json.RawMessage `json:"customfields"`
	Link         *externalLink     `json:"new_external_link"`
	SiteName     string            `json:"newclient_sitename"`
	SitePhone    string            `json:"newclient_phonenumber"`
	SiteTimezone string            `json:"newclient_timezone"`
	SiteAddress  address           `json:"newclient_delivery_address"`
	ContactName  string            `json:"newclient_contactname"`
	ContactEmail string            `json:"newclient_contactemail"`
	MergeInto    int32             `json:"_merge_client_into"`
}

// clientRow is a client in a list: without a change stamp [official: Halo OpenAPI 2024-09 has alastupdate in Area; that lists lack
// it is inferred from those of sites and users].
type clientRow struct {
	ID int `json:"id"`
	clientListed
	TopLevelName string        `json:"toplevel_name"`
	CustomFields []customField `json:"customfields"`
}

// clientDetail is a client by itself (schema Area).
type clientDetail struct {
	ID int `json:"id"`
	clientListed
	clientMore
	TopLevelName  string         `json:"toplevel_name"`
	MainSiteName  string         `json:"main_site_name"`
	DateCreated   stamp          `json:"datecreated"`
	LastUpdate    stamp          `json:"alastupdate"`
	CustomFields  []customField  `json:"customfields"`
	ExternalLinks []externalLink `json:"external_links"`
	Warning       *string        `json:"_warning,omitempty"`
}

func (h *Halo) clientKind() *kind[clientFields] {
	return &kind[clientFields]{
		name: "client", resource: "/Client", key: "clients", read: "read:customers", edit: "edit:customers", first: 13,
		owner: func(r *client) int { return r.ID },
		params: []string{
			"includeactive", "includeinactive", "lastupdatefromdate", "lastupdatetodate", "search", "toplevel_id", "idonly",
		},
		fresh: func(stamp) clientFields {
			return clientFields{clientListed: clientListed{TopLevelID: 1, Colour: "#1f77b4"}}
		},
		orders: map[string]func(a, b *client) int{
			"name": func(a, b *client) int { return cmp.Compare(a.Fields.Name, b.Fields.Name) },
		},
		filter: func(c *call, s Switches) func(*client) bool {
			return all(
				retired(c, func(r *client) bool { return r.Fields.Inactive }),
				between(c, "lastupdatefromdate", "lastupdatetodate", s.ClientSince, updated[clientFields]),
				mentions(c, "search", func(r *client) string { return r.Fields.Name + "\n" + r.Fields.Ref }),
				equals(c, "toplevel_id", func(r *client) int { return int(r.Fields.TopLevelID) }),
			)
		},
		row:     clientInList,
		detail:  h.clientByItself,
		admit:   h.admitClient,
		settled: h.settledClient,
		merged:  h.moveClient,
		marks:   func(r *client) map[string]string { return map[string]string{"ref": r.Fields.Ref} },
		remove:  h.retireClient,
	}
}

// retired leaves out what is out of use unless it is asked for, so that a sweep without the flag takes a retirement for a deletion.
func retired[F any](c *call, inactive func(*record[F]) bool) func(*record[F]) bool {
	active := c.flag("includeactive") || !c.query.Has("includeactive")
	return func(r *record[F]) bool {
		if inactive(r) {
			return c.flag("includeinactive")
		}
		return active
	}
}

func clientInList(c *call, r *client, s Switches) any {
	return clientRow{ID: r.ID, clientListed: r.Fields.clientListed, TopLevelName: topLevelName, CustomFields: c.customs(r.Custom, s)}
}

const topLevelName = "Customers"

func (h *Halo) clientByItself(r *client, _ bool, s Switches) any {
	return clientDetail{
		ID: r.ID, clientListed: r.Fields.clientListed, clientMore: r.Fields.clientMore, TopLevelName: topLevelName,
		MainSiteName: h.nameOfSite(int(r.Fields.MainSiteID)), DateCreated: r.Created, LastUpdate: r.Updated,
		CustomFields: listOf(r.Custom, s.NullCollections), ExternalLinks: listOf(r.Links, s.NullCollections), Warning: s.warning(),
	}
}
