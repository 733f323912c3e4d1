keeptouch = $$(swift build --show-bin-path)/keeptouch

.PHONY: help setup build test lint bench demo library

help: ## what can be made
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## install the system's packages that are missing
	@.ci/setup

build: setup ## the program, optimized, in .build/release/keeptouch
	swift build -c release --product keeptouch

test: ## run all tests
	@.ci/setup test
	swift test

lint: ## check the style
	swift format lint --strict --parallel --recursive Sources Tests Package.swift

bench: build ## measure against the peers; BENCH_FULL=1 for the large sets
	@.ci/setup bench
	swift build -c release --product keeptouch-bench
	Benchmarks/run

demo: setup ## run both samples from start to end
	swift build --product keeptouch
	samples/demo.sh "$(keeptouch)"

library: ## copy playbooks/ and presets/ into the program, playbooks/ into samples/acme
	playbooks/embed.sh
	presets/embed.sh
