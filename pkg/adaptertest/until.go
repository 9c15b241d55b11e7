package adaptertest

import (
	"fmt"
	"testing"
	"time"
)

// patience is how long a condition may take on a busy machine; none takes nearly as long on an idle one.
const patience = 2 * time.Minute

// Until waits for a condition: unmet says what is still wrong, nothing when it is met. It asks less and less often.
func Until(t testing.TB, what string, unmet func() string) {
	t.Helper()
	pause, end := 10*time.Millisecond, time.Now().Add(patience)
	for {
		asked := time.Now()
		why := unmet()
		if why == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waited %v until %s: %s", patience, what, why)
		}
		<-time.After(max(pause, time.Since(asked))) // what takes long is asked for half of the time at most
		pause = min(pause*5/4, 200*time.Millisecond)
	}
}

// Missing says which of these is not what is wanted; nothing if all are.
func Missing[T comparable](want T, got ...T) string {
	for _, x := range got {
		if x != want {
			return fmt.Sprintf("got %v, want all %v", got, want)
		}
	}
	return ""
}
