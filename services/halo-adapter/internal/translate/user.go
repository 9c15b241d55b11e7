package translate

import (
	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

func userFields() map[string]string {
	return map[string]string{
		"display_name": "name", "first_name": "firstname", "last_name": "surname", "email": "emailaddress", "phone": "phonenumber",
		"mobile_phone": "mobilenumber", "title": "title", "client": "client_id", "site": "site_id", "inactive": "inactive",
		"custom_fields": "customfields", "create_time": "datecreated", "update_time": "ulastupdate",
	}
}

// User is what x tells of its user.
func (w Words) User(x halo.User, s Shape) (mirror.Observation, error) {
	return told{
		ref: EntityRef("user", x.ID), row: x.Row, shape: s, fields: userFields(), required: []string{"name", "client_id", "inactive"},
		stamp: x.LastUpdate, mark: x.ThirdPartyID,
		state: &psav1.User{
			DisplayName: x.Name, FirstName: x.FirstName, LastName: x.Surname, Email: x.Email, Phone: x.PhoneNumber,
			MobilePhone: x.MobileNumber, Title: x.Title, Client: ref(int64(x.ClientID)), Site: ref(int64(x.SiteID)), Inactive: x.Inactive,
			CustomFields: customFields(x.CustomFields), CreateTime: stamp(x.DateCreated.Time), UpdateTime: stamp(x.LastUpdate.Time),
		},
	}.observed()
}

// UserPatch is the fields in paths of u in Halo's words. fault.Invalid: a value that cannot be one of Halo's.
func (w Words) UserPatch(u *psav1.User, paths []string) (halo.Patch, error) {
	return patched(paths, func(p *halo.Patch, path string) error {
		switch path {
		case "first_name":
			p.Text("firstname", u.GetFirstName())
		case "last_name":
			p.Text("surname", u.GetLastName())
		case "email":
			p.Text("emailaddress", u.GetEmail())
		case "phone":
			p.Text("phonenumber", u.GetPhone())
		case "mobile_phone":
			p.Text("mobilenumber", u.GetMobilePhone())
		case "title":
			p.Text("title", u.GetTitle())
		case "client":
			return putID(p, "client_id", "user.client", u.GetClient())
		case "site":
			return putID(p, "site_id", "user.site", u.GetSite())
		case "inactive":
			p.Bool("inactive", u.GetInactive())
		case "custom_fields":
			return putCustom(p, u.GetCustomFields())
		default:
			return unwritable(path)
		}
		return nil
	})
}

// NewUser is a new user in Halo's words, with the mark in its third_party_id: lists do not show it, details do.
func (w Words) NewUser(u *psav1.User, paths []string, mark uuid.UUID) (halo.Patch, error) {
	p, err := w.UserPatch(u, paths)
	p.Text("third_party_id", mark.String())
	return p, err
}
