package halo

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MaxPage is the largest page of tickets; Halo silently cuts longer ones [official: Halo OpenAPI 2024-09, /Tickets].
const MaxPage = 100

// TicketQuery says which tickets, and which page of them. A zero field asks for nothing. Halo ignores what it does not know:
// check that the rows are what was asked for [client library: HaloPsa.Api; community: HaloAPI #29].
type TicketQuery struct {
	Since, To    time.Time // by last update; both widened to whole seconds
	ThirdPartyID string    // our mark; not in every version of Halo [client library: halopsa-node; community: runZero]
	ID           int64     // that one [official for the name, search_id: Halo OpenAPI 2024-09; that it narrows to one is inferred, unsure]
	CustomFields []int64   // that the rows are to have; not in every version of Halo [client library: djpsa, halopsa-node]
	Deleted      bool      // the deleted ones, which are otherwise left out

	PageNo   int    // from 1; 0: the first
	PageSize int    // 0: MaxPage; at most MaxPage
	Order    string // a field's name; empty: by id, which no edit changes
	Desc     bool
}

// values always asks for paging, without which Halo ignores page and size [community: msp-skills #203].
func (q TicketQuery) values() url.Values {
	v := url.Values{
		"pageinate": {"true"}, "page_no": {strconv.Itoa(max(q.PageNo, 1))}, "page_size": {strconv.Itoa(q.size())},
		"order": {or(q.Order, "id")}, "orderdesc": {strconv.FormatBool(q.Desc)},
		"open_only": {"false"}, "closed_only": {"false"}, "deleted": {strconv.FormatBool(q.Deleted)},
	}
	for name, value := range map[string]string{
		"lastupdatefromdate":    seconds(q.Since),
		"lastupdatetodate":      seconds(upToSecond(q.To)),
		"third_party_id_string": q.ThirdPartyID,
		"search_id":             positive(q.ID),
		"include_custom_fields": numbers(q.CustomFields),
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

func (q TicketQuery) size() int {
	if q.PageSize <= 0 {
		return MaxPage
	}
	return min(q.PageSize, MaxPage)
}

// seconds is t as filters take it: UTC, no zone; whether they take fractions is unknown.
func seconds(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05")
}

func upToSecond(t time.Time) time.Time {
	if whole := t.Truncate(time.Second); whole.Before(t) {
		return whole.Add(time.Second)
	}
	return t
}

func numbers(ids []int64) string {
	all := make([]string, 0, len(ids))
	for _, id := range ids {
		all = append(all, itoa(id))
	}
	return strings.Join(all, ",")
}

func positive(id int64) string {
	if id <= 0 {
		return ""
	}
	return itoa(id)
}
