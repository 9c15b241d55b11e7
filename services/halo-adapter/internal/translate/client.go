package translate

import (
	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

func clientFields() map[string]string {
	return map[string]string{
		"display_name": "name", "inactive": "inactive", "reference": "ref", "website": "website", "main_site": "main_site_id",
		"custom_fields": "customfields", "create_time": "datecreated", "update_time": "alastupdate",
	}
}

// Client is what a tells of its client. What is out of use is not deleted.
func (w Words) Client(a halo.Area, s Shape) (mirror.Observation, error) {
	_, mark := unmark(a.Notes)
	return told{
		ref: EntityRef("client", a.ID), row: a.Row, shape: s, fields: clientFields(), required: []string{"name", "inactive"},
		stamp: a.LastUpdate, mark: mark.String(),
		state: &psav1.Client{
			DisplayName: a.Name, Inactive: a.Inactive, Reference: a.Ref, Website: a.Website, MainSite: ref(int64(a.MainSiteID)),
			CustomFields: customFields(a.CustomFields), CreateTime: stamp(a.DateCreated.Time), UpdateTime: stamp(a.LastUpdate.Time),
		},
	}.observed()
}

// ClientPatch is the fields in paths of c in Halo's words.
func (w Words) ClientPatch(c *psav1.Client, paths []string) (halo.Patch, error) {
	return patched(paths, func(p *halo.Patch, path string) error {
		switch path {
		case "display_name":
			p.Text("name", c.GetDisplayName())
		case "inactive":
			p.Bool("inactive", c.GetInactive())
		case "reference":
			p.Text("ref", c.GetReference())
		case "website":
			p.Text("website", c.GetWebsite())
		case "custom_fields":
			return putCustom(p, c.GetCustomFields())
		default:
			return unwritable(path)
		}
		return nil
	})
}

// NewClient is a new client in Halo's words. It has no field for a mark that is not the tenant's own or may get lost: ref is the
// caller's, and whether a new_external_link is stored with it is unknown [unsure]; so a reference stands in its notes.
func (w Words) NewClient(c *psav1.Client, paths []string, mark uuid.UUID) (halo.Patch, error) {
	p, err := w.ClientPatch(c, paths)
	p.Text("notes", "[ref "+mark.String()+"]")
	return p, err
}
