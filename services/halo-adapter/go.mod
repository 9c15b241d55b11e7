module github.com/breakwater-acl/breakwater/services/halo-adapter

go 1.26.0

require (
	github.com/breakwater-acl/breakwater/pkg v0.0.0
	github.com/breakwater-acl/breakwater/proto v0.0.0
)

require github.com/alecthomas/kong v1.17.0

replace (
	github.com/breakwater-acl/breakwater/pkg => ../../pkg
	github.com/breakwater-acl/breakwater/proto => ../../proto
)
