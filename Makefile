# SPDX-License-Identifier: MIT
# The front door. Everything is built by Meson and Ninja under build/.
PREFIX ?= /usr/local
DESTDIR ?=

.PHONY: all demo test bench soak mutate ci install clean help setup
.NOTPARALLEL:

all: setup build/build.ninja
	@ninja -C build product

setup:
	@.ci/setup

build/build.ninja: | setup
	@meson setup build

demo: all
	@scripts/demo

test: setup
	@scripts/test

bench: setup build/build.ninja
	@ninja -C build
	@scripts/bench

# Worlds made by chance; each prints a line that repeats it if it fails.
SEEDS ?= 10000
soak: setup build/build.ninja
	@ninja -C build tests/sim/sim-soak
	@TENON_SEEDS=$(SEEDS) build/tests/sim/sim-soak

mutate: setup
	@scripts/mutate

ci:
	@.ci/run

install: setup build/build.ninja
	@meson configure build --prefix=$(abspath $(PREFIX))
	@ninja -C build product
	@DESTDIR=$(DESTDIR) meson install -C build --no-rebuild

clean:
	@rm -rf build

help:
	@echo 'make          builds build/tenon, libtenon.a and libtenon.so'
	@echo 'make demo     an unmodified curl fetches a page from an unmodified nginx through Tenon'
	@echo 'make test     builds and runs every test; ends with "N passed, N failed, N skipped"'
	@echo 'make bench    measures Tenon beside the kernel and lwIP; a table, build/bench.json and .svg'
	@echo 'make soak     SEEDS=N simulated networks made by chance; what must hold, holds after every event'
	@echo 'make mutate   puts small faults into the core, one at a time: does a test turn red?'
	@echo 'make ci       what CI runs: structure checks, sanitizers, other compilers and machines'
	@echo 'make install  into PREFIX (/usr/local), under DESTDIR if that is set'
	@echo 'make clean    removes build/'
	@echo
	@echo 'Each installs the Debian packages that it misses, as root or by sudo; otherwise it'
	@echo 'says which they are. After the build: build/tenon --help'
