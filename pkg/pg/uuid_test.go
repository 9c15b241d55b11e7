package pg_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestUUIDsComeBackAsTheyWere(t *testing.T) {
	db, err := pg.Open(t.Context(), pgtest.Database(t), pg.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	want := uuid.MustParse("01234567-89ab-7def-8123-456789abcdef")
	var one, null, kept uuid.UUID
	var some, none *uuid.UUID
	var many []uuid.UUID
	var text string
	kept = want
	err = db.QueryRow(t.Context(), "select $1::uuid, $2::uuid, null::uuid, null::uuid, $3::uuid[], $1::uuid::text, $4::uuid", want, &want, []uuid.UUID{want, {}}, null).
		Scan(&one, &some, &none, &kept, &many, &text, &null)
	if err != nil {
		t.Fatal(err)
	}
	if one != want || some == nil || *some != want || none != nil || kept != want || text != want.String() || null != (uuid.UUID{}) {
		t.Errorf("%v, %v, %v, %v, %s", one, some, none, kept, text)
	}
	if !slices.Equal(many, []uuid.UUID{want, {}}) {
		t.Errorf("the array is %v", many)
	}
}
