package halo

import (
	"encoding/json"
	"net/url"
)

// Area is a client, the customer company; Row has the rest. [official: Halo OpenAPI 2024-09, Area]
type Area struct {
	Entity

	Name         string        `json:"name"`
	Inactive     bool          `json:"inactive"`
	Ref          string        `json:"ref"`
	Website      string        `json:"website"`
	Notes        string        `json:"notes"`
	MainSiteID   ID            `json:"main_site_id"`
	DateCreated  Time          `json:"datecreated"`
	LastUpdate   Time          `json:"alastupdate"` // in details only
	CustomFields []CustomField `json:"customfields"`
}

// Areas are the tenant's clients.
func (c *Client) Areas() Entities[Area] {
	return Entities[Area]{kind[Area]{
		name: "client", noun: "Client", path: "/Client", keys: []string{"clients"}, list: changed, read: readArea,
	}, c}
}

// readArea keeps of a client what Halo sent but for its logo, a picture as text, which may be larger than all the rest
// [community: CIPP-API takes it out too].
func readArea(b json.RawMessage) (Area, error) {
	a, err := Read[Area](b)
	a.Raw = without(a.Raw, "logo")
	return a, err
}

// Site is a place of a client's. [official: Halo OpenAPI 2024-09, Site and Site_List]
type Site struct {
	Entity

	Name            string        `json:"name"`
	ClientID        ID            `json:"client_id"`
	Inactive        bool          `json:"inactive"`
	Ref             string        `json:"ref"`
	PhoneNumber     string        `json:"phonenumber"`
	Timezone        string        `json:"timezone"`
	DeliveryAddress Address       `json:"delivery_address"`
	CountryCode     string        `json:"country_code"`
	DateCreated     Time          `json:"datecreated"`
	LastUpdate      Time          `json:"slastupdate"` // in details only
	CustomFields    []CustomField `json:"customfields"`
}

// Address is a postal address. [official: Halo OpenAPI 2024-09, AddressStore]
type Address struct {
	Line1    string `json:"line1"`
	Line2    string `json:"line2"`
	Line3    string `json:"line3"`
	Line4    string `json:"line4"`
	Postcode string `json:"postcode"`
}

// Sites are the clients' sites.
func (c *Client) Sites() Entities[Site] {
	return Entities[Site]{kind[Site]{
		name: "site", noun: "Site", path: "/Site", keys: []string{"sites"}, list: ofClient, read: Read[Site],
	}, c}
}

func ofClient(q Query, v url.Values) {
	changed(q, v)
	set(v, "client_id", positive(q.ClientID))
}

// User is a person at a client. [official: Halo OpenAPI 2024-09, Users and Users_List]
type User struct {
	Entity

	Name         string        `json:"name"`
	FirstName    string        `json:"firstname"`
	Surname      string        `json:"surname"`
	Title        string        `json:"title"`
	Email        string        `json:"emailaddress"`
	PhoneNumber  string        `json:"phonenumber"`
	MobileNumber string        `json:"mobilenumber"`
	ClientID     ID            `json:"client_id"`
	SiteID       ID            `json:"site_id"`
	Inactive     bool          `json:"inactive"`
	ThirdPartyID string        `json:"third_party_id"`
	DateCreated  Time          `json:"datecreated"`
	LastUpdate   Time          `json:"ulastupdate"` // in details only
	CustomFields []CustomField `json:"customfields"`
}

// Users are the people at the clients.
func (c *Client) Users() Entities[User] {
	return Entities[User]{kind[User]{
		name: "user", noun: "User", path: "/Users", keys: []string{"users"}, list: ofClient, read: Read[User],
	}, c}
}
