package adaptertest

import (
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

func TestTheTableIsWhatTheCodeDeclaresAndKeepsWhatPeopleSay(t *testing.T) {
	v := &adapter.Vendor{
		Kinds:      []*mirror.Table{{Name: "can", AnnounceWithin: time.Minute}, {Name: "lid"}},
		Operations: []*job.Op{{Name: "SealCan", Kind: "can", Safety: job.Keyed, KeyLife: 24 * time.Hour}, {Name: "OpenCan", Kind: "can", Safety: job.Never}},
		Sweeps:     []sweep.Plan{{Kind: "can", Every: 90 * time.Second}},
	}
	readme := "# tin\n\n" + tableBegins + "| kind | operation | how |\n|---|---|---|\n| can | SealCan | old | by a person |\n" +
		"| can | OpenCan | once |\n| can | DentCan | gone |\n| lid | none | read only |\n\nThe rest.\n"
	got, err := tabled(readme, v)
	if err != nil {
		t.Fatal(err)
	}
	want := "# tin\n\n" + tableBegins + tableHead +
		"| can | SealCan | the vendor's key, for 24h; then a probe | every 1m30s | 1m with deliveries, 1m30s without | by a person |\n" +
		"| can | OpenCan | nothing: an unknown outcome goes to a person | every 1m30s | 1m with deliveries, 1m30s without | once |\n" +
		"| lid | none | nothing is written | never | until somebody looks | read only |\n\nThe rest.\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again, err := tabled(got, v); err != nil || again != got {
		t.Errorf("again it is another: %v\n%s", err, again)
	}
	v.Operations = append(v.Operations, &job.Op{Name: "CrushCan", Kind: "can", Safety: job.Idempotent})
	if _, err := tabled(got, v); err == nil || !strings.Contains(err.Error(), "CrushCan") {
		t.Errorf("an operation that nobody has said a word about: %v", err)
	}
	if _, err := tabled("# tin\n", v); err == nil {
		t.Error("a README without a table is no mistake")
	}
}
