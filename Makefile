# DiffREPL: build, run, test, measure, install. `make help` lists the targets.
#
# Whatever prepares a target reads nothing and talks on standard error only. So
# `make -s run < lesson.drepl` gives the program the whole lesson, and standard output is the
# program's alone.

SWIFT  ?= swift
PREFIX ?= /usr/local
ARGS   ?=
SUDO   := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# Swift's own libraries go into the binary where the toolchain has them, and the C libraries and
# readline too where they are there as archives (Debian's development packages have them): nothing is
# left to find and to bind when the program starts, and it runs where there is no toolchain. (Apple's
# systems bring the libraries with them.) lld, because the default linker warns about functions that
# those libraries call.
# Read when the recipe runs, for readline may have been installed just before.
LIBRARIES := $(dir $(realpath $(shell command -v $(SWIFT))))../lib/swift_static/linux
ARCHIVES  := $(foreach name,c readline tinfo,/usr/lib/*/lib$(name).a)
LINKING    = $(if $(wildcard $(LIBRARIES)),$(shell ls $(ARCHIVES) >/dev/null 2>&1 \
  && echo executable || echo libraries))
executable := -Xswiftc -static-executable -Xlinker -ltinfo -Xswiftc -use-ld=lld
libraries  := --static-swift-stdlib -Xswiftc -use-ld=lld
RELEASE    = -c release $($(LINKING))
PROGRAM   := .build/release/diffrepl
PREPARING := </dev/null >&2

.DEFAULT_GOAL := help
.PHONY: help run build test sanitize lint bench install clean toolchain readline

## run: build what is missing and start the REPL; ARGS="..." is its command line
run: build
	@exec $(PROGRAM) $(ARGS)

## build: the release binary, .build/release/diffrepl
build: toolchain readline
	@$(SWIFT) build $(RELEASE) --product diffrepl $(PREPARING)

## test: all tests
test: toolchain readline
	@$(SWIFT) test $(ARGS) </dev/null

## sanitize: all tests with checks of memory, and those of threads with checks of races
sanitize: toolchain readline
	@ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --sanitize=address --scratch-path .build/address \
	  $(ARGS) </dev/null
	@$(SWIFT) test --sanitize=thread --scratch-path .build/thread --filter 'Thread' </dev/null

## lint: the style check
lint: toolchain
	@$(SWIFT) format lint --strict -r Sources Tests Package.swift

## bench: measure the release binary; PEERS=1 against JAX, PyTorch and CasADi, QUICK=1 against itself
bench: build
	@python3 Benchmarks/bench.py $(if $(PEERS),--peers) $(if $(QUICK),--quick) \
	  $(if $(RECORD),--record) $(ARGS) </dev/null

## install: copy the binary to PREFIX/bin (PREFIX=/usr/local; DESTDIR for packagers)
install: build
	@install -d "$(DESTDIR)$(PREFIX)/bin" $(PREPARING)
	@install -m 755 $(PROGRAM) "$(DESTDIR)$(PREFIX)/bin/diffrepl" $(PREPARING)
	@echo "installed $(DESTDIR)$(PREFIX)/bin/diffrepl" >&2

## clean: remove everything that was built
clean:
	@rm -rf .build

## help: this list
help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))

toolchain:
	@command -v $(SWIFT) >/dev/null 2>&1 || { \
	  echo "error: no Swift toolchain found ('$(SWIFT)')" >&2; \
	  echo "  hint: install Swift 6.2 or later from https://www.swift.org/install and" \
	    "make sure that 'swift' is on the PATH" >&2; \
	  exit 1; }

# GNU readline's development files. macOS has only libedit under that name, hence Homebrew's.
readline:
	@{ \
	if [ "$$(uname)" = Darwin ]; then \
	  if ! command -v brew >/dev/null; then \
	    echo "error: GNU readline is needed; install Homebrew (https://brew.sh), then:" \
	      "brew install readline"; \
	    exit 1; \
	  fi; \
	  brew list readline || { echo "brew install readline"; brew install readline; }; \
	elif [ -e /usr/include/readline/readline.h ] || [ -e /usr/local/include/readline/readline.h ]; \
	then :; \
	elif command -v apt-get >/dev/null; then \
	  echo "installing libreadline-dev"; \
	  $(SUDO) apt-get update && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y libreadline-dev; \
	else \
	  echo "error: GNU readline's development files are missing"; \
	  echo "  hint: install the package readline-devel (Fedora, SUSE) or readline (Arch, Alpine)"; \
	  exit 1; \
	fi; } $(PREPARING)
