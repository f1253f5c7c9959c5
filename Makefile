# `make demo` and `make test` do all their own set-up, in .venv, and need only Python (3.11 or newer) and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SAMPLE := sample_runs/contextlite-v1.0.35
OPENAPI_VERSION := 23.0.2
OPENAPI_FOLDER := $(VENV)/openapi-$(OPENAPI_VERSION)
OPENAPI := $(OPENAPI_FOLDER)/package/generated/api.github.com.json
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz install-test lint types bench contract docs clean

help:
	@echo "make demo   audit the sample release and print it"
	@echo "make test   run all tests"
	@echo "make fuzz   run the tests with drawn examples on new ones, ten times over"
	@echo "make install-test  let the Action install itself, as it would in a workflow"
	@echo "make lint   ruff (lint and format) and mypy --strict"
	@echo "make bench  measure start-up, audit time and memory"
	@echo "make contract  hold the stand-in and the client to GitHub's OpenAPI description (needs npm)"
	@echo "make docs   write docs/schema/ and the tables of rules and checks anew"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "relaudit needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python cannot make virtual environments here (on Debian: install python3-venv)" >&2; exit 1; }

$(VENV)/.run: pyproject.toml | $(BIN)/python
	@echo "Installing relaudit into $(VENV) …" >&2
	@$(PIP) install -e .
	@$(BIN)/relaudit rules list >/dev/null # reads the rules once, so that they are kept and commands start fast
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@echo "Installing relaudit and its development tools into $(VENV) …" >&2
	@$(PIP) install -e '.[dev]'
	@touch $@ $(VENV)/.run

# The audit finds problems, and says so with exit code 1: for the demo that is success.
demo: $(VENV)/.run
	@$(BIN)/relaudit run v1.0.35 --from $(SAMPLE) --format terminal || test $$? -eq 1

# Four workers, whatever the cores: many tests wait for servers of their own.
test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 4

fuzz: $(VENV)/.dev
	for round in 1 2 3 4 5 6 7 8 9 10; do \
	  $(BIN)/python -m pytest -n 4 -q -m hypothesis --hypothesis-profile=new-examples || exit 1; \
	done

# Apart from the others because it takes half a minute alone.
install-test: $(VENV)/.dev
	$(BIN)/python -m pytest -m install

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

types: $(VENV)/.dev
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

# GitHub's own description of its API comes with npm (28 MB to download, 13 to keep) and is no part of the repository.
contract: $(VENV)/.dev
	@if ! command -v npm >/dev/null; then \
	  echo "make contract: skipped, because npm is not installed (https://docs.npmjs.com/downloading-and-installing-node-js-and-npm)" >&2; \
	elif [ ! -f $(OPENAPI) ]; then \
	  echo "Fetching @octokit/openapi $(OPENAPI_VERSION) with npm …" >&2; \
	  mkdir -p $(OPENAPI_FOLDER) && cd $(OPENAPI_FOLDER) && npm pack --silent @octokit/openapi@$(OPENAPI_VERSION) >/dev/null && \
	  tar -xzf octokit-openapi-$(OPENAPI_VERSION).tgz package/generated/api.github.com.json && rm octokit-openapi-*.tgz; \
	fi
	@if [ -f $(OPENAPI) ]; then \
	  $(PIP) install -e '.[dev,contract]' && \
	  RELAUDIT_OPENAPI=$(OPENAPI) $(BIN)/python -m pytest -m contract -n auto tests/test_contract.py; \
	fi

docs: $(VENV)/.dev
	$(BIN)/python -m auditor.report.schema docs/schema
	$(BIN)/python -m auditor.config.schema docs/schema
	$(BIN)/python -m auditor.rulebook.coverage docs/rules.md
	$(BIN)/python -m auditor.checks.index docs/checks/README.md

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
