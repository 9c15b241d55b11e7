package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// maxSignatures bounds those of one call: Stripe sends one for each secret in use.
const maxSignatures = 16

// signed is whether one of the signatures in header, "t=1767225600,v1=…,v1=…", is of body by one of the secrets, and was made not
// long before or after now [official: docs.stripe.com/webhooks, "Verify manually"]. Schemes other than v1 are ignored.
func signed(header string, body []byte, secrets []string, now time.Time, tolerance time.Duration) bool {
	at, signatures := parts(header)
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	found := false
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(at + "."))
		mac.Write(body)
		want := mac.Sum(nil)
		for _, s := range signatures {
			found = hmac.Equal(s, want) || found
		}
	}
	return found
}

func parts(header string) (at string, signatures [][]byte) {
	for pair := range strings.SplitSeq(header, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		switch key {
		case "t":
			at = value
		case "v1":
			if s, err := hex.DecodeString(value); err == nil && len(signatures) < maxSignatures {
				signatures = append(signatures, s)
			}
		}
	}
	return at, signatures
}
