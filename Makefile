# `make` lists what there is. The program itself needs Go and nothing else;
# `make test` needs more, and installs or names it.

GO      ?= go
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)
TOOL     = $(GO) tool -modfile=tools/go.mod

# The program is built without cgo. Only the race detector needs it, and turns
# it on for itself (scripts/check).
export CGO_ENABLED = 0

.DEFAULT_GOAL := help
.PHONY: help run demo build test check quick generate bench fmt clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F '|' '{ printf "make %-9s %s\n", $$1, $$2 }'

run: build ## build, then serve ./data at http://localhost:8080
	bin/tribune serve --data ./data

demo: build ## build, then serve a folder of sample data
	bin/tribune demo

build: ## write bin/tribune
	$(GO) build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)' -o bin/tribune ./cmd/tribune

test: ## install what is missing, then check
	scripts/setup
	$(MAKE) check

check: ## all that CI runs: format, vet, linter, ladder, budgets, generated code, race tests, both databases, browser
	scripts/check

quick: ## format, vet and unit tests without the race detector
	scripts/quick

generate: ## write the generated code anew
	$(TOOL) templ generate
	$(GO) generate ./...

bench: ## measure a filled site beside bare handlers, then the engines
	$(GO) run ./e2e/bench
	$(GO) test -run '^$$' -bench . -timeout 60m ./...

fmt: ## format Go and templates
	gofmt -w .
	$(TOOL) templ fmt -prettier-required=false .

clean: ## remove what was built, not ./data
	rm -rf bin
