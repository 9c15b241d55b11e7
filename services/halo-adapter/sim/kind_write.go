package sim

import (
	"encoding/json"
)

// post makes the elements one after the other; the first that is refused ends it, and those before it stay [unsure].
func (k *kind[F]) post(h *Halo, c *call) (any, error) {
	list, err := elements(c.Request)
	if err != nil {
		return nil, err
	}
	s := h.Switches()
	var made []any
	for _, element := range list {
		id, err := k.write(h, element, c.by)
		if err != nil {
			return nil, err
		}
		r, _ := k.get(id)
		made = append(made, k.detail(r, !s.ScantAnswers, s))
	}
	return postAnswer(made, false, s.PostAnswer), nil
}

// write creates a row, or changes the fields that the element names. Last write wins: there is no condition to send.
func (k *kind[F]) write(h *Halo, element json.RawMessage, by actor) (int, error) {
	h.writing.Lock()
	defer h.writing.Unlock()
	r, err := k.change(h, element, by)
	if err != nil {
		return 0, err
	}
	return r.ID, nil
}

// change is for who holds the lock of all changes.
func (k *kind[F]) change(h *Halo, element json.RawMessage, by actor) (*record[F], error) {
	var head struct {
		ID     int32             `json:"id"`
		Custom []json.RawMessage `json:"customfields"`
		Link   *externalLink     `json:"new_external_link"`
	}
	if err := fill(element, &head); err != nil {
		return nil, err
	}
	old, found := k.get(int(head.ID))
	if head.ID != 0 && (!found || old.MergedInto != 0 || by.application != "" && !h.Switches().sees(k.owner(old))) {
		return nil, absent(k.name)
	}
	next, op := k.begin(h, old, by)
	if err := fill(element, &next.Fields); err != nil {
		return nil, err
	}
	var err error
	if next.Custom, err = mergedCustom(next.Custom, head.Custom); err != nil {
		return nil, err
	}
	next.Links = h.linked(next.Links, head.Link, next.Updated)
	if err := k.admit(old, next, element, by); err != nil {
		return nil, err
	}
	if old == nil {
		next.ID = k.next
		k.next++
	}
	k.put(h, next, by, op, written(element))
	if k.settled != nil {
		k.settled(old, next, element, by)
	}
	return next, nil
}

// begin is old, or a row as the tenant's defaults make it, with the stamp of now.
func (k *kind[F]) begin(h *Halo, old *record[F], by actor) (*record[F], string) {
	now := h.stampNow()
	if old == nil {
		return &record[F]{GUID: h.dice.UUID(), Fields: k.fresh(now), By: by, Created: now, Updated: now}, "create"
	}
	next := *old
	next.Updated = now
	return &next, "update"
}

// delete answers with the id of what it deleted.
func (k *kind[F]) delete(h *Halo, c *call) (any, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	return idOnly{id}, k.drop(h, id, c.by)
}

// drop deletes a row, or leaves of it what the tenant's rules say.
func (k *kind[F]) drop(h *Halo, id int, by actor) error {
	h.writing.Lock()
	defer h.writing.Unlock()
	r, ok := k.get(id)
	if !ok || r.MergedInto != 0 {
		return absent(k.name)
	}
	var left *record[F]
	if k.remove != nil {
		var err error
		if left, err = k.remove(r); err != nil {
			return err
		}
	}
	now := h.stampNow()
	if left != nil {
		left.Updated = now
		k.put(h, left, by, "update", map[string]any{"inactive": true})
		return nil
	}
	k.shelf.Remove(id, now.Time)
	k.log(h, r, by, "delete", nil)
	return nil
}

// mergeInto makes a row live on in another's place.
func (k *kind[F]) mergeInto(h *Halo, id, into int, by actor) error {
	h.writing.Lock()
	defer h.writing.Unlock()
	return k.merge(h, id, into, by)
}

func (k *kind[F]) merge(h *Halo, id, into int, by actor) error {
	r, ok := k.get(id)
	survivor, there := k.get(into)
	if !ok || !there || id == into || r.MergedInto != 0 || survivor.MergedInto != 0 {
		return absent(k.name)
	}
	gone, now := *r, h.stampNow()
	gone.MergedInto, gone.Updated = into, now
	k.put(h, &gone, by, "merge", map[string]any{"into": into})
	if k.merged != nil {
		k.merged(id, into, by)
	}
	return nil
}
