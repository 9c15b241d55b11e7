//go:build !linux

package leash

import "syscall"

// tie does nothing: only Linux tells a child that its parent has died.
func tie(*syscall.SysProcAttr, syscall.Signal) {}
