package rpc

import (
	"context"

	"google.golang.org/grpc/metadata"
)

// CallerKey is the metadata key in which a caller says who it is.
const CallerKey = "breakwater-caller"

// Anonymous is the caller that did not say who it is.
const Anonymous = "anonymous"

const maxCaller = 128

// Caller is who asked: 1 to 128 printable characters of the call's metadata, Anonymous for anything else. It is what
// the caller says of itself: nothing proves it.
func Caller(ctx context.Context) string {
	said := metadata.ValueFromIncomingContext(ctx, CallerKey)
	if len(said) != 1 || len(said[0]) == 0 || len(said[0]) > maxCaller {
		return Anonymous
	}
	for _, c := range []byte(said[0]) {
		if c < ' ' || c > '~' {
			return Anonymous
		}
	}
	return said[0]
}
