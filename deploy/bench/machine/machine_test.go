package machine_test

import (
	"os"
	"runtime"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/pgtest"

	"github.com/breakwater-acl/breakwater/deploy/bench/machine"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestFactsNameWhatACommitCosts(t *testing.T) {
	db, err := pgxpool.New(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	f, err := machine.Look(t.Context(), db)
	if err != nil || f.Cores < 1 || f.Go == "" || f.Postgres == "" {
		t.Fatalf("got %+v (%v)", f, err)
	}
	for _, name := range []string{"fsync", "synchronous_commit", "wal_sync_method", "shared_buffers"} {
		if f.Settings[name] == "" {
			t.Errorf("nothing is said of %s", name)
		}
	}
}

func TestOthersTakeAShareOfTheMachine(t *testing.T) {
	clock := machine.Start()
	if share := clock.Others(runtime.NumCPU()); share < 0 || share > 1 {
		t.Errorf("others took %v of the machine, want a share", share)
	}
}

func TestAProcessIsFoundByItsArguments(t *testing.T) {
	pid, err := machine.Find(os.Args[0], os.Args[len(os.Args)-1])
	if err != nil || pid != os.Getpid() {
		t.Fatalf("found %d (%v), want ourselves, %d", pid, err, os.Getpid())
	}
	if rss, err := machine.RSS(pid); err != nil || rss < 1 {
		t.Errorf("we keep %v MB (%v)", rss, err)
	}
	if _, err := machine.Find(os.Args[0], "--no-such-argument"); err == nil {
		t.Error("found a process that was not started so")
	}
}
