package rpc_test

import (
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

func TestListen(t *testing.T) {
	for row, c := range map[string]struct {
		addr     string
		insecure bool
		refused  bool
	}{
		"loopback":                     {"127.0.0.1:0", false, false},
		"loopback by its name":         {"localhost:0", false, false},
		"another loopback":             {"127.8.9.10:0", false, false},
		"every address":                {":0", false, true},
		"every address, spelled out":   {"0.0.0.0:0", false, true},
		"every address, and told so":   {"0.0.0.0:0", true, false},
		"an address that is none":      {"nonsense", false, true},
		"none that is ours, told so":   {"nonsense", true, true},
		"every address in the sixfold": {"[::]:0", false, true},
	} {
		t.Run(row, func(t *testing.T) {
			lis, err := rpc.Listen(t.Context(), "grpc.listen", c.addr, c.insecure)
			if c.refused != (err != nil) {
				t.Fatalf("got %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "grpc.listen") {
				t.Errorf("the key is not named: %v", err)
			}
			if err == nil {
				_ = lis.Close()
			}
		})
	}
}

func TestARefusedAddressSaysWhatToDo(t *testing.T) {
	_, err := rpc.Listen(t.Context(), "admin.listen", "0.0.0.0:0", false)
	if err == nil || !strings.Contains(err.Error(), "set admin.listen to 127.0.0.1:0") || !strings.Contains(err.Error(), "--insecure") {
		t.Errorf("got %v", err)
	}
}

func TestText(t *testing.T) {
	for row, c := range map[string]struct {
		s           string
		least, most int
		ok          bool
	}{
		"fits":                            {"hello", 1, 5, true},
		"is empty and may be":             {"", 0, 5, true},
		"is empty and may not be":         {"", 1, 5, false},
		"counts characters and not bytes": {"ééééé", 1, 5, true},
		"is one too long":                 {"hello!", 1, 5, false},
		"holds a NUL":                     {"a\x00b", 1, 5, false},
		"is not UTF-8":                    {"\xff", 1, 5, false},
	} {
		t.Run(row, func(t *testing.T) {
			err := rpc.Text("note.text", c.s, c.least, c.most)
			if c.ok != (err == nil) || err != nil && fault.Of(err).Field != "note.text" {
				t.Errorf("got %v", err)
			}
		})
	}
}
