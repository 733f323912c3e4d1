keeptouch = $$(swift build --show-bin-path)/keeptouch

.PHONY: help setup build test lint bench demo screenshots library package package-test reliability tsan asan

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## install the system's packages that are missing
	@.ci/setup

build: setup ## the program, optimized, in .build/release/keeptouch
	swift build -c release --product keeptouch

# As people run it: the optimizer looks at whole modules, refuses what a debug build takes, and makes the tests quick. Open to
# the tests, and with the log of statements that debug builds keep.
optimized = -c release -Xswiftc -enable-testing -Xswiftc -DDEBUG

# Tests that wait for programs and servers run apart from those that compute, which would keep them waiting.
test: ## run all tests
	@.ci/setup test
	swift build $(optimized) --build-tests
	swift test $(optimized) --skip-build --filter EndToEndTests
	swift test $(optimized) --skip-build --filter '(Web|Delivery)Tests'
	swift test $(optimized) --skip-build --skip '(EndToEnd|Web|Delivery)Tests'

lint: ## check the style
	swift format lint --strict --parallel --recursive Sources Tests Package.swift

bench: build ## measure against the peers; BENCH_FULL=1 for the large sets
	@.ci/setup bench
	swift build -c release --product keeptouch-bench
	Benchmarks/run

demo: setup ## run both samples from start to end; DATABASE=postgresql://... on a server
	swift build --product keeptouch
	samples/demo.sh "$(keeptouch)"

screenshots: ## every page of the dashboard on the demo's data, light and dark, in .build/screenshots
	@.ci/setup test
	swift build --product keeptouch
	test -d demo/acme || samples/demo.sh "$(keeptouch)"
	.build/peers/bin/python Tests/screenshots.py "$(keeptouch)" demo/acme .build/screenshots

library: ## copy playbooks/ and presets/ into the program, playbooks/ into samples/acme
	playbooks/embed.sh
	presets/embed.sh

package: setup ## a tarball and a package for Debian 12 in .build/package, which run without Swift
	packaging/build

package-test: ## try them in a bare Debian 12 (as root; installs debootstrap); MIRROR=http://... takes another mirror
	command -v debootstrap > /dev/null || apt-get install -y -qq --no-install-recommends debootstrap
	packaging/test $(MIRROR)

reliability: setup ## try to make it lose or double something: HOURS=2, or KEEPTOUCH_LONG=0.1 for a tenth of all
	Tests/reliability.sh

# A build of its own each: everything is compiled anew, with a check at every access to memory.
# What is timed is left out; and, as in `test`, servers do not compete with what computes.
waiting = --filter '(Web|Delivery)Tests\.' --skip TakeSeconds
computing = --skip-build --filter '(Storage|Runner)Tests\.' --skip TakeSeconds
driving = --skip-build --filter '(Serve|Stop|Kill)Tests'

tsan: setup ## the tests under the thread sanitizer
	swift test --sanitize=thread --scratch-path .build-tsan $(waiting)
	swift test --sanitize=thread --scratch-path .build-tsan $(computing)
	swift test --sanitize=thread --scratch-path .build-tsan $(driving)

asan: export ASAN_OPTIONS = detect_leaks=0:suppressions=$(CURDIR)/Tests/asan.suppressions
asan: setup ## the tests under the address sanitizer
	swift test --sanitize=address --scratch-path .build-asan $(waiting)
	swift test --sanitize=address --scratch-path .build-asan $(computing)
	swift test --sanitize=address --scratch-path .build-asan $(driving)
