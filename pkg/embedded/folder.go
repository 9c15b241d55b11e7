package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	scratchPattern = "breakwater-pg-*"
	lockName       = "lock"
	longestSocket  = 103 // bytes of a socket's path: 107 on Linux, 103 on macOS
)

// folder is where one cluster lives: data, what belongs to it, and the lock that says that somebody uses it.
type folder struct {
	path      string
	temporary bool
	lock      *os.File
}

// openFolder makes or re-uses path; a temporary folder if it is empty. It belongs to o and nobody else may look inside.
func openFolder(path string, o owner) (*folder, error) {
	f := &folder{path: path, temporary: path == ""}
	if err := f.create(); err != nil {
		return nil, err
	}
	if err := o.reach(f.path); err != nil {
		return nil, err
	}
	if err := errors.Join(os.Chmod(f.path, 0o700), o.take(f.path)); err != nil { //nolint:gosec // a folder needs x
		return nil, fmt.Errorf("make %s the server's: %w", f.path, err)
	}
	lock, err := lockFolder(f.path)
	if err != nil {
		return nil, err
	}
	f.lock = lock
	return f, nil
}

func (f *folder) create() (err error) {
	if !f.temporary {
		if f.path, err = filepath.Abs(f.path); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
		return os.MkdirAll(f.path, 0o700)
	}
	sweepScratch()
	f.path, err = os.MkdirTemp(scratchParent(), scratchPattern)
	return err
}

// close gives the folder back and removes a temporary one.
func (f *folder) close() error {
	var err error
	if f.temporary {
		err = os.RemoveAll(f.path)
	}
	return errors.Join(err, f.lock.Close())
}

// lockFolder takes the folder's lock, which the kernel gives back however this process ends.
func lockFolder(path string) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600) //nolint:gosec // a folder of ours
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is in use by another process: %w", path, err), lock.Close())
	}
	return lock, nil
}

// scratchParent is where temporary folders go: where a socket's name still fits.
func scratchParent() string {
	if dir := os.TempDir(); socketFits(filepath.Join(dir, scratchPattern+"0123456789")) {
		return dir
	}
	return "/tmp"
}

// socketFits says whether a server's socket in dir has a name that the kernel takes.
func socketFits(dir string) bool { return len(dir)+len("/.s.PGSQL.65535") <= longestSocket }

// sweepScratch removes the temporary folders of processes that were killed before they could. A minute's grace leaves
// those alone that are just being made.
func sweepScratch() {
	found, _ := filepath.Glob(filepath.Join(scratchParent(), scratchPattern)) // its only error is a bad pattern
	for _, path := range found {
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		if lock, err := lockFolder(path); err == nil {
			_ = (&folder{path: path, temporary: true, lock: lock}).close() // another user's: theirs to remove
		}
	}
}
