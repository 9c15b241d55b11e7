package halo

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// ID is the number of an entity that a row refers to, which may be spelled as 12.0 (see wholes). Null is 0.
type ID int64

// UnmarshalJSON takes a whole number, with a fraction of nothing or without; none goes through a float.
func (n *ID) UnmarshalJSON(b []byte) error {
	s := string(b)
	if s == "null" {
		*n = 0
		return nil
	}
	whole, fraction, _ := strings.Cut(s, ".")
	id, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.Trim(fraction, "0") != "" {
		return fmt.Errorf("%.40s is no id", s)
	}
	*n = ID(id)
	return nil
}

// Amount is a number with a fraction as Halo wrote it, so that money is never rounded on the way. Null is empty.
type Amount string

// UnmarshalJSON takes a number.
func (a *Amount) UnmarshalJSON(b []byte) error {
	var n *json.Number
	if err := json.Unmarshal(b, &n); err != nil || b[0] == '"' {
		return fmt.Errorf("%.40s is no number", b)
	}
	if n == nil {
		*a = ""
		return nil
	}
	*a = Amount(*n)
	return nil
}
