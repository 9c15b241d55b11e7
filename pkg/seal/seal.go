// Package seal answers how a secret that a vendor gave us, and tells nobody twice, is kept in Postgres: encrypted under a key that is
// not there.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// MinKey is the least length of a key, in bytes.
const MinKey = 32

// Box seals and opens. It is safe for concurrent use.
type Box struct{ aead cipher.AEAD }

// New is a box under a key of at least MinKey bytes: a long random text, as from the environment.
func New(key string) (*Box, error) {
	if len(key) < MinKey {
		return nil, fmt.Errorf("seal: expects a key of at least %d bytes", MinKey)
	}
	sum := sha256.Sum256([]byte("breakwater seal\x00" + key))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return &Box{aead}, nil
}

// Seal is secret as it may be kept, beside what it is about: it opens for nothing else.
func (b *Box) Seal(secret, about string) []byte {
	nonce := make([]byte, b.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails: crypto/rand
	return b.aead.Seal(nonce, nonce, []byte(secret), []byte(about))
}

// Open is the secret that was sealed about that; an error says that the key is another, or that it was changed.
func (b *Box) Open(sealed []byte, about string) (string, error) {
	n := b.aead.NonceSize()
	if len(sealed) < n {
		return "", errors.New("seal: too short")
	}
	secret, err := b.aead.Open(nil, sealed[:n], sealed[n:], []byte(about))
	if err != nil {
		return "", errors.New("seal: it was sealed under another key, about something else, or was changed since")
	}
	return string(secret), nil
}
