# Everything sets itself up from nothing but python3 (3.11 or newer).
.DEFAULT_GOAL := help
.PHONY: help setup up demo test conformance lint format bench openapi lock clean

BIN := .venv/bin
UV := 0.13.9
DOCS ?=
QUESTIONS ?=
ARGS ?=
# google: an installed Cloud SDK's emulators instead of the embedded ones
EMULATORS ?=

help: ## what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/ready ## a virtual environment with everything, from the lock file

.venv/ready: requirements.lock pyproject.toml
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Frontdesk needs Python 3.11 or newer; python3 is $$(python3 --version)."; exit 1; }
	@python3 -m venv .venv || \
	  { echo "python3 cannot make a virtual environment; install its venv module (Debian: python3-venv)."; exit 1; }
	@echo "Installing (about 100 packages, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	@$(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps --python $(BIN)/python --editable .
	@$(BIN)/python -m compileall -q functions shared emulators
	@touch $@

up: setup ## the whole stack on 127.0.0.1, until Ctrl-C (ARGS="--only knowledge --port-base 9000")
	@$(BIN)/frontdesk up $(ARGS)

demo: setup ## documents in, grounded answers out (DOCS=folder QUESTIONS=file for your own)
	@$(BIN)/frontdesk demo $(if $(DOCS),--docs "$(DOCS)") $(if $(QUESTIONS),--questions "$(QUESTIONS)") $(ARGS)

test: setup ## all tests but benchmarks (ARGS="tests/unit -k chunk", EMULATORS=google)
	@FRONTDESK_EMULATORS=$(EMULATORS) $(BIN)/python -m pytest $(ARGS)

conformance: setup ## the client libraries' own tests, and 10,000 random sequences beside Google's
	@$(BIN)/python -m tests.conformance.client_suites $(ARGS)
	@$(BIN)/python -m tests.conformance.differential --sequences 10000

lint: setup ## style, types and import rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@for service in functions/*/*/main.py; do $(BIN)/mypy $$service || exit 1; done
	@$(BIN)/lint-imports --cache-dir .ruff_cache/imports

format: setup ## put the style right
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## start-up, memory, latency and throughput, beside FastAPI and Flask
	@$(BIN)/python -m tests.benchmarks $(ARGS)

openapi: setup ## write functions/openapi.json from the routes and contracts
	@$(BIN)/frontdesk openapi

lock: setup ## resolve the newest allowed versions into requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra services --group local --group dev --universal \
	  --generate-hashes --no-emit-index-url --no-header --upgrade --quiet -o requirements.lock

clean: ## forget the environment and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
