package main

import (
	"context"
	"strings"
	"testing"
)

func TestAFlagThatIsNoneIsAnError(t *testing.T) {
	if err := run(t.Context(), []string{"--nonsense"}); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("%v", err)
	}
}

func TestItServesUntilItIsToldToStop(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := run(ctx, []string{"--listen", "127.0.0.1:0", "--seed-customers", "3", "--limit=-1"}); err != nil {
		t.Error(err)
	}
}
