package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// sign adds the signature of the moment: one v1 for each secret that is good, and a scheme that nobody knows. A clock that the
// control surface has moved lets time act, and does not make a signature come from tomorrow. [official: webhooks, "Verify manually"]
func (s *Stripe) sign(r *http.Request, d vendorsim.Delivery) {
	at := s.cfg.Clock().Unix()
	parts := []string{fmt.Sprintf("t=%d", at)}
	for _, key := range s.secretsOf(d) {
		parts = append(parts, "v1="+Signature(key, at, d.Body))
	}
	r.Header.Set("Stripe-Signature", strings.Join(append(parts, "v0="+Signature("", at, d.Body)), ","))
	r.Header.Set("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
}

// Signature is the hex HMAC of a body at a time, under a secret.
func Signature(secret string, at int64, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.", at)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *Stripe) secretsOf(d vendorsim.Delivery) []string {
	x, ok := s.endpointOf(d.Labels["account"], d.Labels["endpoint"])
	if !ok {
		return nil
	}
	var out []string
	for _, k := range x.secrets {
		if k.until == 0 || k.until > s.now() {
			out = append(out, k.text)
		}
	}
	return out
}
