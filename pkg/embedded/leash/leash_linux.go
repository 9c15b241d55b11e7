package leash

import "syscall"

// tie asks the kernel to send s when the thread that forks the child ends.
func tie(attr *syscall.SysProcAttr, s syscall.Signal) { attr.Pdeathsig = s }
