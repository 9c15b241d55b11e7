# `make` alone prints this list. The README's two commands are `make demo` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN   := $(CURDIR)/.bin
MODS  := proto pkg services/halo-adapter services/stripe-adapter deploy deploy/bench
export PATH := $(BIN):$(PATH)
export GOFLAGS := -buildvcs=false

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  \033[1m%-17s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: postgres
postgres:
	@./deploy/local/ensure-postgres.sh

.PHONY: build
build: ## the adapters, their simulators and breakwater-local, into bin/
	@mkdir -p bin
	@CGO_ENABLED=0 go build -o bin/ ./services/halo-adapter ./services/halo-adapter/sim/halo-sim ./services/stripe-adapter ./services/stripe-adapter/sim/stripe-sim
	@go build -o bin/breakwater-local ./deploy/local

.PHONY: demo
demo: postgres build ## the main job: an adapter stays calm while its vendor misbehaves, played and checked
	@./bin/breakwater-local demo

.PHONY: up
up: postgres build tools-run ## the same stack, left running, with its addresses
	@./bin/breakwater-local up

# One package more than there are processors is tested at a time: each waits now and then, for Postgres or for time to pass.
PACKAGES = $$(( $$(getconf _NPROCESSORS_ONLN) + 1 ))

.PHONY: test
test: postgres ## every test of every module, on real Postgres and JetStream, with the race detector but for whole adapters
	go test -race -p $(PACKAGES) -shuffle=on -timeout 25m $$(go list work | grep -vE '/services/[a-z]+-adapter$$')
	go test -p 1 -shuffle=on -timeout 25m ./services/halo-adapter ./services/stripe-adapter # whole adapters, many at once: with the race detector two cores are too slow for them

.PHONY: bench
bench: postgres build ## ratios against bare yardsticks, side by side in one run; PARTS=drain,accept chooses, FULL=1 is large
	@go run ./deploy/bench

# Clocks can be skewed in these builds alone: see deploy/chaos/clock.
.PHONY: chaos
chaos: postgres ## two replicas of CHAOS_ADAPTER (halo, stripe) under every fault for CHAOS_SECONDS (60), drawn from CHAOS_SEED (any), judged
	@mkdir -p bin/chaos
	@go build -o bin/breakwater-chaos ./deploy/chaos
	@go build -overlay "$$(./bin/breakwater-chaos overlay bin/chaos/overlay)" -o bin/chaos/ ./services/halo-adapter ./services/halo-adapter/sim/halo-sim ./services/stripe-adapter ./services/stripe-adapter/sim/stripe-sim
	@./bin/breakwater-chaos run

.PHONY: fuzz
fuzz: ## 30 s per fuzzer
	@./.ci/fuzz 30s

.PHONY: gen
gen: tools-proto ## the contract's Go
	buf generate

.PHONY: fmt
fmt: tools-lint ## gofumpt and buf format
	gofumpt -w $$(git ls-files '*.go' | grep -v '^proto/gen/')
	buf format -w

.PHONY: lint
lint: tools-lint tools-proto ## golangci-lint per module, buf lint
	buf lint
	buf format -d --exit-code > /dev/null
	@for m in $(MODS); do echo "lint $$m"; (cd $$m && golangci-lint run --timeout 10m ./...) || exit 1; done

# proto/released.binpb is the contract as last released. It moves by `make release-contract` alone, so that a change cannot
# take its own yardstick with it.
.PHONY: breaking
breaking: tools-proto ## the contract against the one last released
	buf breaking --against proto/released.binpb

.PHONY: release-contract
release-contract: tools-proto breaking ## make today's contract the released one
	buf build --exclude-source-info -o proto/released.binpb

.PHONY: current
current: gen ## generated code is what the contract says, and each module builds alone
	@git diff --exit-code --stat -- proto/gen || { echo "run make gen and commit"; exit 1; }
	@for m in $(MODS); do echo "alone $$m"; (cd $$m && GOWORK=off go build ./... && GOWORK=off go vet ./...) || exit 1; done

.PHONY: work
work: ## refresh go.work
	go work use -r proto pkg services deploy

.PHONY: ci
ci: lint breaking current test demo ## what .ci/run runs: these, and a short chaos of each adapter
	@CHAOS_SECONDS=20 CHAOS_ADAPTER=halo $(MAKE) chaos
	@CHAOS_SECONDS=20 CHAOS_ADAPTER=stripe $(MAKE) chaos

.PHONY: tools
tools: tools-proto tools-lint tools-run ## the pinned tools, into .bin/

.PHONY: tools-proto tools-lint tools-run
tools-proto: $(BIN)/buf $(BIN)/protoc-gen-go
tools-lint: $(BIN)/golangci-lint $(BIN)/gofumpt
tools-run: $(BIN)/grpcurl

# buf asks for a pre-release of protobuf, so it has a module of its own; the plugins are tools of the module whose
# generated code they write, so that plugin and runtime move together.
$(BIN)/buf: .tools/buf/go.mod
	@echo "building buf"; CGO_ENABLED=0 GOWORK=off GOBIN=$(BIN) go -C .tools/buf install tool && touch $@
$(BIN)/protoc-gen-go: proto/go.mod
	@GOWORK=off GOBIN=$(BIN) go -C proto install tool && touch $@
$(BIN)/golangci-lint: .tools/lint/go.mod
	@echo "building golangci-lint"; CGO_ENABLED=0 GOWORK=off GOBIN=$(BIN) go -C .tools/lint install tool && touch $@
$(BIN)/gofumpt $(BIN)/grpcurl: .tools/go/go.mod
	@CGO_ENABLED=0 GOWORK=off GOBIN=$(BIN) go -C .tools/go install tool && touch $(BIN)/gofumpt $(BIN)/grpcurl
