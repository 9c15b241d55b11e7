package sim

import (
	"encoding/json"
	"strings"
)

func (h *Halo) admitClient(_, next *client, element json.RawMessage, _ actor) error {
	if strings.TrimSpace(next.Fields.Name) == "" {
		return invalid("Please enter a Client Name.")
	}
	in := clientInput{clientFields: &clientFields{}}
	if err := fill(element, &in); err != nil {
		return err
	}
	if _, there := h.clients.get(int(in.MergeInto)); in.MergeInto != 0 && !there {
		return absent("client")
	}
	return nil
}

// settledClient makes a new client's main site, and its first user where one is named; or it ends a merge. That a client always
// gets a site is inferred [unsure].
func (h *Halo) settledClient(old, next *client, element json.RawMessage, by actor) {
	in := clientInput{clientFields: &clientFields{}}
	_ = fill(element, &in) // it was read before
	if old != nil {
		if in.MergeInto != 0 {
			_ = h.clients.merge(h, next.ID, int(in.MergeInto), by)
		}
		return
	}
	by.application = "" // what follows is the vendor's own doing
	site := &site{ID: h.sites.next, GUID: h.dice.UUID(), By: by, Created: next.Created, Updated: next.Updated}
	site.Fields.siteListed = siteListed{
		Name: orText(in.SiteName, "Main"), ClientID: double(next.ID), PhoneNumber: in.SitePhone, Timezone: in.SiteTimezone, SLAID: 1,
	}
	site.Fields.DeliveryAddress = in.SiteAddress
	h.sites.next++
	h.sites.put(h, site, by, "create", nil)
	completed := *next
	completed.Fields.MainSiteID = int32(site.ID) //nolint:gosec // a small id
	h.clients.shelf.Put(next.ID, &completed, next.Updated.Time)
	*next = completed
	if in.ContactName != "" || in.ContactEmail != "" {
		user := &user{ID: h.users.next, GUID: h.dice.UUID(), By: by, Created: next.Created, Updated: next.Updated}
		user.Fields.userListed = userListed{Name: in.ContactName, EmailAddress: in.ContactEmail, SiteID: double(site.ID), ClientID: int32(next.ID)} //nolint:gosec // a small id
		h.users.next++
		h.users.put(h, user, by, "create", nil)
	}
}

// retireClient is what deleting a client with history does: unknown, so a switch.
func (h *Halo) retireClient(r *client) (*client, error) {
	if !h.hasTickets(func(t *ticket) bool { return int(t.Fields.ClientID) == r.ID }) {
		return nil, nil //nolint:nilnil // nothing is left, and nothing is wrong
	}
	return retire(r, h.Switches().DeleteWithHistory, func(f *clientFields) { f.Inactive = true })
}

func retire[F any](r *record[F], how string, inactive func(*F)) (*record[F], error) {
	switch how {
	case "refused":
		return nil, invalid("This record cannot be deleted because it is in use.")
	case "inactive":
		next := *r
		inactive(&next.Fields)
		return &next, nil
	default:
		return nil, nil //nolint:nilnil // nothing is left, and nothing is wrong
	}
}
