package pg

import (
	"syscall"
	"time"
)

// userTimeout is TCP_USER_TIMEOUT, which package syscall does not name [official: tcp(7)].
const userTimeout = 0x12

// unheard ends a connection whose bytes are not acknowledged for so long.
func unheard(fd uintptr, after time.Duration) error {
	return syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout, int(after.Milliseconds()))
}
