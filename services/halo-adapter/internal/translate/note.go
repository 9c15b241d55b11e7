package translate

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

func noteFields() map[string]string {
	return map[string]string{"private": "hiddenfromuser", "outcome": "outcome", "create_time": "datetime", "work": "timetaken"}
}

// NoteRef names an action: Halo numbers them within their ticket [community: Servosity/msp-skills issue 203].
func NoteRef(ticket, action int64) mirror.Ref {
	return mirror.Ref{Kind: "note", VendorID: strconv.FormatInt(ticket, 10) + "/" + strconv.FormatInt(action, 10)}
}

// NotesRef names all notes of a ticket: a look at it reads them again.
func NotesRef(ticket int64) mirror.Ref {
	return mirror.Ref{Kind: "note", VendorID: strconv.FormatInt(ticket, 10)}
}

// ObservedNote is what a tells of its note. An error of kind Drift says that it is too much.
func ObservedNote(a halo.Action) (mirror.Observation, error) {
	text, mark := unmark(plain(a))
	o := mirror.Observation{
		Ref: NoteRef(a.TicketID, a.ID), Parent: TicketRef(a.TicketID), Payload: a.Raw, Mark: mark,
		VendorTime: a.LastUpdated.Time, State: note(a, text), Covers: covered(a.Row, noteFields(), Detail),
	}
	if a.Has("who") || a.Has("actionby_application_id") {
		o.Covers.Paths = append(o.Covers.Paths, "author")
	}
	if len(a.CustomFields) > 0 { // a list of none may be one that leaves them out [unsure]
		o.Covers.Paths = append(o.Covers.Paths, "custom_fields")
	}
	if a.Has("note") || a.Has("note_html") || a.Has("emailbody_html") {
		o.Covers.Paths = append(o.Covers.Paths, "text")
	}
	return o, bounded(o.Ref, o.State)
}

func note(a halo.Action, text string) *psav1.Note {
	return &psav1.Note{
		Text: text, Private: a.HiddenFromUser, Author: author(a), Outcome: a.Outcome, CreateTime: stamp(or(a.DateTime.Time, a.DateCreated.Time)),
		Work: work(a), CustomFields: customFields(a.CustomFields),
	}
}

// author is whom Halo names; "who" is not in its document but in what it sends [client library: homotechsual/HaloAPI].
func author(a halo.Action) string {
	if a.Who != "" {
		return a.Who
	}
	return a.ByApplication
}

// plain is the text of an action: of an e-mail its body, else the note, else the note's HTML without its tags.
func plain(a halo.Action) string {
	switch {
	case strings.TrimSpace(a.Note) != "":
		return strings.TrimSpace(a.Note)
	case a.NoteHTML != "":
		return strip(a.NoteHTML)
	}
	return strip(a.EmailBodyHTML)
}

var (
	breaks = regexp.MustCompile(`(?i)<(br|/p|/div|/li|/tr)\b[^>]*>`)      //nolint:gochecknoglobals // compiled once
	tags   = regexp.MustCompile(`(?s)<!--.*?-->|<[^>]*>`)                 //nolint:gochecknoglobals // compiled once
	marked = regexp.MustCompile(`\s*\[ref ([0-9a-f]{8}-[0-9a-f-]{27})\]`) //nolint:gochecknoglobals // compiled once
)

// strip is the text of HTML: for reading, not for showing again as HTML.
func strip(s string) string {
	s = tags.ReplaceAllString(breaks.ReplaceAllString(s, "\n"), "")
	return strings.TrimSpace(strings.ReplaceAll(html.UnescapeString(s), "\u00a0", " "))
}

// unmark takes our reference out of a text: the last one, behind what the text may quote of others.
func unmark(text string) (string, uuid.UUID) {
	all := marked.FindAllStringSubmatchIndex(text, -1)
	if len(all) == 0 {
		return text, uuid.UUID{}
	}
	m := all[len(all)-1]
	mark, err := uuid.Parse(text[m[2]:m[3]])
	if err != nil {
		return text, uuid.UUID{}
	}
	return text[:m[0]] + text[m[1]:], mark
}

// CreateNote is a new action in Halo's words. Halo has no field for a mark: comments are stripped from HTML and a guid may
// be ignored [unsure], so a reference stands at the note's end, unless visible is false.
func CreateNote(n *psav1.Note, outcome int64, mark uuid.UUID, visible bool) (halo.ActionPatch, error) {
	var p halo.ActionPatch
	p.Int("outcome_id", outcome)
	body := "<p>" + strings.ReplaceAll(html.EscapeString(n.GetText()), "\n", "<br>") + "</p>"
	if visible {
		body += "<p>[ref " + mark.String() + "]</p>"
	}
	p.Text("note_html", body)
	p.Bool("hiddenfromuser", n.GetPrivate())
	return p, putWork(&p, n.GetWork())
}

func or(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}
