package adapter

import (
	"context"
	"runtime/debug"
	"testing"
)

func TestOnlyABusyHeapGrowsFurther(t *testing.T) {
	for name, c := range map[string]struct {
		allocated uint64
		want      int
	}{
		"idle":                      {0, idleHeap},
		"looking around":            {busyFrom - 1, idleHeap},
		"at work":                   {busyFrom, busyHeap},
		"as fast as the machine is": {1 << 32, busyHeap},
	} {
		if got := heapPercent(c.allocated); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestTheCollectorIsLeftAsItWas(t *testing.T) {
	t.Setenv("GOGC", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := collect(ctx); err != nil {
		t.Fatal(err)
	}
	if got := debug.SetGCPercent(idleHeap); got != idleHeap {
		t.Errorf("%d %%", got)
	}
}
