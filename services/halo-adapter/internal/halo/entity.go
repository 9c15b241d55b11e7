package halo

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
)

// Entity is what a row of every kind begins with whose rows have an id of their own.
type Entity struct {
	Row

	ID      int64  `json:"id"`
	Warning string `json:"_warning"` // what Halo did otherwise than asked
}

// Head is the entity that a row is.
func (e Entity) Head() Entity { return e }

func (e *Entity) keep(r Row) { e.Row = r }

// Headed is a row that begins with an Entity.
type Headed interface{ Head() Entity }

// kept is a pointer to such a row, as it is being read.
type kept[T any] interface {
	*T
	Headed
	keep(r Row)
}

// Read is a row as Halo sent it, or says what makes it none.
func Read[T any, P kept[T]](b json.RawMessage) (t T, err error) {
	row, err := readRow(b, nil)
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(b, P(&t)); err != nil {
		return t, blame(b, err, dates(reflect.TypeFor[T]()))
	}
	P(&t).keep(row)
	if P(&t).Head().ID <= 0 {
		return t, &fieldError{"id", errors.New("a row without an id")}
	}
	return t, nil
}

// dates are the fields of a row that are moments.
func dates(t reflect.Type) []string {
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		if f.Type == reflect.TypeFor[Time]() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	return names
}
