# Everything a newcomer types. The environment lives in .venv and is made when needed; only a
# changed lock installs again. `make demo ARGS="--port 8123"` passes arguments on.

SHELL := /bin/sh
ARGS ?=
JOBS ?= $(shell expr 3 '*' $$(nproc 2>/dev/null || echo 2))
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-warn-script-location
# uv takes a tenth of pip's time, but reads nothing of pip's settings: where those lead to the
# only index within reach, pip installs
INSTALL = $(BIN)/uv pip install --quiet --compile-bytecode --python $(VENV) $(1) || $(PIP) $(1)
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links

# The first Python that is new enough and can make environments; `make PYTHON=…` takes another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)

.PHONY: help demo mcp test check bench lock docs pictures dist audit clean
.DELETE_ON_ERROR:

help: ## say what there is
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 9

demo: $(VENV)/runtime ## the bot between two stand-ins, in your browser; no account needed
	@$(BIN)/simsessions demo $(ARGS)

mcp: $(VENV)/mcp ## install what `simsessions mcp` needs, for agents and other tools

# Compiled once: the tests start many processes, and each would compile the bot for itself.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/dev ## all tests, three workers a core (JOBS=0 for one after the other)
	$(BIN)/python -m compileall -q -j 0 bot handlers
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --durations 10 $(ARGS)

check: $(VENV)/dev ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev ## each figure of bench/ against its floor
	@for script in $(filter-out bench/rounds.py bench/stub.py,$(wildcard bench/*.py)); do \
		echo "== $$script"; PYTHONPATH=. $(BIN)/python $$script || failed="$$failed $$script"; \
	done; test -z "$$failed" || { echo "over their limits:$$failed"; exit 1; }

lock: $(VENV)/dev ## pin again what pyproject.toml asks for (ARGS=--upgrade for the newest)
	$(LOCK) $(ARGS) pyproject.toml -o requirements.lock
	$(LOCK) $(ARGS) pyproject.toml --extra mcp -c requirements.lock -o requirements-mcp.lock
	$(LOCK) $(ARGS) pyproject.toml --extra mcp --group dev -c requirements-mcp.lock \
		-o requirements-dev.lock
	$(LOCK) $(ARGS) --group build -c requirements-dev.lock -o requirements-build.lock

docs: $(VENV)/dev ## write the tables and examples of README.md and docs/ again
	PYTHONPATH=. $(BIN)/python docs/tables.py

pictures: $(VENV)/dev ## take the pictures of README.md and docs/ again; needs Chromium
	PYTHONPATH=. $(BIN)/python docs/pictures.py

dist: $(VENV)/dev ## wheel and sdist, the same bytes for the same commit
	rm -rf dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/uv build --quiet --no-build-isolation \
		--python $(BIN)/python --out-dir dist

audit: $(VENV)/dev ## known vulnerabilities of what is pinned; asks a database on the internet
	$(BIN)/uvx pip-audit@2.10.1 --require-hashes --disable-pip --requirement requirements-mcp.lock

clean: ## take away what was made
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/python:
	@test -n "$(PYTHON)" || { \
		echo "simsessions needs Python 3.11 or newer with venv and ensurepip, and found none." >&2; \
		echo "Debian, Ubuntu: apt install python3-venv. Elsewhere: see python.org/downloads;" >&2; \
		echo "or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/runtime: $(VENV)/python requirements.lock requirements-build.lock pyproject.toml
	@echo "installing what requirements.lock names, hash by hash"
	@$(PIP) --require-hashes -r requirements-build.lock
	@$(call INSTALL,--require-hashes -r requirements.lock)
	@$(call INSTALL,--no-deps --no-build-isolation --editable .)
	@touch $@

$(VENV)/mcp: $(VENV)/runtime requirements-mcp.lock
	@echo "installing what requirements-mcp.lock names, hash by hash"
	@$(call INSTALL,--require-hashes -r requirements-mcp.lock)
	@touch $@

$(VENV)/dev: $(VENV)/runtime requirements-dev.lock
	@echo "installing what requirements-dev.lock names, hash by hash"
	@$(call INSTALL,--require-hashes -r requirements-dev.lock)
	@touch $@
