package translate

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

func siteFields() map[string]string {
	return map[string]string{
		"display_name": "name", "client": "client_id", "inactive": "inactive", "phone": "phonenumber", "time_zone": "timezone",
		"address": "delivery_address", "custom_fields": "customfields", "create_time": "datecreated", "update_time": "slastupdate",
	}
}

// Site is what x tells of its site. Which is a client's main one is kept on the client.
func (w Words) Site(x halo.Site, s Shape) (mirror.Observation, error) {
	return told{
		ref: EntityRef("site", x.ID), row: x.Row, shape: s, fields: siteFields(), required: []string{"name", "client_id", "inactive"},
		stamp: x.LastUpdate, mark: x.Ref,
		state: &psav1.Site{
			DisplayName: x.Name, Client: ref(int64(x.ClientID)), Inactive: x.Inactive, Phone: x.PhoneNumber, TimeZone: zone(x.Timezone),
			Address: address(x), CustomFields: customFields(x.CustomFields),
			CreateTime: stamp(x.DateCreated.Time), UpdateTime: stamp(x.LastUpdate.Time),
		},
	}.observed()
}

var iana = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`) //nolint:gochecknoglobals // compiled once

// zone is a time zone's name if it is an IANA one: Halo may have those of Windows [unsure].
func zone(s string) string {
	if !iana.MatchString(s) || strings.HasPrefix(s, "UTC") && s != "UTC" {
		return ""
	}
	return s
}

func address(x halo.Site) *psav1.Address {
	a := x.DeliveryAddress
	if cmp.Or(a.Line1, a.Line2, a.Line3, a.Line4, a.Postcode, x.CountryCode) == "" {
		return nil
	}
	return &psav1.Address{Line1: a.Line1, Line2: a.Line2, City: a.Line3, Region: a.Line4, PostalCode: a.Postcode, Country: x.CountryCode}
}

// SitePatch is the fields in paths of s in Halo's words. fault.Invalid: a value that cannot be one of Halo's.
func (w Words) SitePatch(s *psav1.Site, paths []string) (halo.Patch, error) {
	return patched(paths, func(p *halo.Patch, path string) error {
		switch path {
		case "display_name":
			p.Text("name", s.GetDisplayName())
		case "client":
			return putID(p, "client_id", "site.client", s.GetClient())
		case "inactive":
			p.Bool("inactive", s.GetInactive())
		case "phone":
			p.Text("phonenumber", s.GetPhone())
		case "time_zone":
			p.Text("timezone", s.GetTimeZone())
		case "address":
			return putAddress(p, s.GetAddress())
		case "custom_fields":
			return putCustom(p, s.GetCustomFields())
		default:
			return unwritable(path)
		}
		return nil
	})
}

// putAddress puts the parts of an address, empty ones too: it is set as a whole.
func putAddress(p *halo.Patch, a *psav1.Address) error {
	if err := p.Value("delivery_address", halo.Address{
		Line1: a.GetLine1(), Line2: a.GetLine2(), Line3: a.GetCity(), Line4: a.GetRegion(), Postcode: a.GetPostalCode(),
	}); err != nil {
		return err
	}
	p.Text("country_code", a.GetCountry())
	return nil
}

// NewSite is a new site in Halo's words, with the mark in its ref, which is nobody else's in this contract.
func (w Words) NewSite(s *psav1.Site, paths []string, mark uuid.UUID) (halo.Patch, error) {
	p, err := w.SitePatch(s, paths)
	p.Text("ref", mark.String())
	return p, err
}
