# Everything a person needs to run, test and check Homeward. `make help` lists it.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
NPM ?= npm
BIN := .venv/bin
MADE := .venv/.made
STEP = @printf '\033[1m==> %s\033[0m\n'

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench guards docs histories golden browser clean

help: ## Say what each target does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: $(MADE)/homeward $(MADE)/web $(MADE)/clients ## Make .venv with everything in it (quick when nothing changed)

run: setup ## Start the whole stack with demo data; Ctrl-C stops it (ARGS="--day-length 10s")
	@exec $(BIN)/homeward up --demo $(ARGS)

# Long folders come first, so that no process waits for the others at the end. Three for two cores: two of them
# look after whole stacks for a long while, and mostly wait.
test: setup browser ## Run all tests, in three processes (ARGS="-m 'not slow'")
	@$(BIN)/pytest -n 3 $(ARGS)

check: setup ## Format, lint, types, import floors, migrations up and down, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/deploy/test_docs.py tests/deploy/test_house_rules.py tests/deploy/test_migrate.py

bench: setup ## Measure what needs no running stack, beside named baselines (ARGS="--json")
	@for each in hl7 drain; do $(BIN)/homeward bench $$each $(ARGS) || exit 1; done

guards: setup ## Break each guarding line on purpose and tell which breakage no test notices (ARGS="record doors")
	@$(BIN)/python -m tests.guards.run $(ARGS)

docs: setup ## Write the generated parts of documents anew
	@$(BIN)/python -m deploy.documents

histories: setup ## Record workflow histories anew, for the replay tests
	@HOMEWARD_RECORD_HISTORIES=1 $(BIN)/pytest -q tests/workflows/test_replay.py

golden: setup ## Add golden files of shapes that are stored from now on (tests/golden)
	@HOMEWARD_RECORD_GOLDEN=1 $(BIN)/pytest -q tests/golden

clean: ## Remove .venv, node_modules and what was built; data directories stay
	rm -rf .venv node_modules api/static/nhsuk build dist

# pip is brought by other means where Python comes without ensurepip.
$(MADE)/python:
	$(STEP) "Making .venv with $(PYTHON)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Homeward needs Python 3.11 or later.")'
	@$(PYTHON) -m venv .venv 2>/dev/null || \
	  { $(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --python $(BIN)/python install -q pip; }
	@mkdir -p $(MADE) && touch $@

$(MADE)/packages: requirements/dev.txt | $(MADE)/python
	$(STEP) "Installing the Python packages of $< (a minute or two)"
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

# A generator of clients, which a test drives; it pins another typer than ours.
$(MADE)/clients: requirements/clients.txt | $(MADE)/packages
	$(STEP) "Installing the generator of API clients"
	@$(BIN)/python -m venv --without-pip .venv/clients
	@$(BIN)/python -m pip --python .venv/clients/bin/python install --disable-pip-version-check -q \
	  --require-hashes --no-deps -r $<
	@touch $@

$(MADE)/homeward: pyproject.toml $(MADE)/packages
	$(STEP) "Installing the homeward command"
	@$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@touch $@

$(MADE)/web: package-lock.json deploy/assets.py $(MADE)/packages
	$(STEP) "Bringing the NHS stylesheets, the demo's OpenID provider and TypeScript for the tests"
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@$(BIN)/python -m deploy.assets
	@touch $@

browser:
	@if command -v chromium >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  printf '==> Installing Chromium for the browser tests\n'; \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null \
	    || printf 'Chromium could not be installed: the browser tests will skip.\n'; \
	else printf 'No Chromium here: the browser tests will skip.\n'; fi
