package sim

import (
	"html"
	"regexp"
	"strings"
)

var ( // regular expressions do not change
	comments   = regexp.MustCompile(`(?s)<!--.*?-->`)
	breaks     = regexp.MustCompile(`(?i)<br\s*/?>`)
	paragraphs = regexp.MustCompile(`(?i)<br\s*/?>|</p>`)
	tags       = regexp.MustCompile(`<[^>]*>`)
)

// normalized is HTML as it comes back: not byte for byte what was sent, but beginning alike.
// [client library: homotechsual/HaloAPI Action.E2E.Tests.ps1 compares by prefix]
func normalized(text string, stripComments bool) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if stripComments {
		text = comments.ReplaceAllString(text, "")
	}
	text = breaks.ReplaceAllString(text, "<br />")
	if !strings.HasPrefix(strings.TrimSpace(text), "<") {
		text = "<p>" + text + "</p>"
	}
	return text + "\n"
}

// paragraph is plain text as HTML.
func paragraph(text string) string {
	return "<p>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br />") + "</p>\n"
}

// plainText is HTML as plain text.
func plainText(text string) string {
	text = comments.ReplaceAllString(text, "")
	text = paragraphs.ReplaceAllString(text, "\n")
	text = tags.ReplaceAllString(text, "")
	return strings.TrimSpace(html.UnescapeString(text))
}
