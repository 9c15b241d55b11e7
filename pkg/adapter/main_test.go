package adapter

import (
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
