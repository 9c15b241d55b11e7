package halo

import (
	"encoding/json"
	"strings"
)

// maxWords is how much of a complaint is kept.
const maxWords = 2 << 10

// complaint is what an error's body says, in the order that published clients look for it. Code is empty more often than not.
func complaint(body []byte) (code, words string) {
	var said struct {
		ResultCode   json.RawMessage `json:"resultCode"`
		ErrorMessage text            `json:"errorMessage"`
		ClassName    text            // of a serialised .NET exception
		Message      text
		Error        text `json:"error"`
		Description  text `json:"error_description"`
	}
	if json.Unmarshal(body, &said) != nil {
		return "", begin(string(body)) // prose, HTML, a bare list, or nothing
	}
	switch {
	case said.ErrorMessage != "":
		return begin(strings.Trim(string(said.ResultCode), `"`)), begin(string(said.ErrorMessage))
	case said.Message != "":
		return begin(string(said.ClassName)), begin(string(said.Message))
	case said.Description != "":
		return begin(string(said.Error)), begin(string(said.Description))
	case said.Error != "":
		return "", begin(string(said.Error))
	}
	return "", begin(string(body))
}

// text is a string, or whatever came instead of one, as it came.
type text string

// UnmarshalJSON refuses nothing.
func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		s = string(b)
	}
	*t = text(s)
	return nil
}

// begin is the first part of what may be a page, with no letter cut in two.
func begin(s string) string {
	s = strings.TrimSpace(s)
	return strings.ToValidUTF8(s[:min(len(s), maxWords)], "")
}
