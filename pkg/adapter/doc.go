// Package adapter answers how the kernel's parts and one vendor's become a running service with a command line.
package adapter
