# `make demo` and `make test` do all their own set-up, in .venv, and need only Python (3.11 or newer) and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SAMPLE := sample_runs/contextlite-v1.0.35
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test lint types bench docs clean

help:
	@echo "make demo   audit the sample release and print it"
	@echo "make test   run all tests"
	@echo "make lint   ruff (lint and format) and mypy --strict"
	@echo "make bench  measure start-up, audit time and memory"
	@echo "make docs   write docs/schema/ and the table in docs/rules.md anew"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "relaudit needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python cannot make virtual environments here (on Debian: install python3-venv)" >&2; exit 1; }

$(VENV)/.run: pyproject.toml | $(BIN)/python
	@echo "Installing relaudit into $(VENV) …" >&2
	@$(PIP) install -e .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@echo "Installing relaudit and its development tools into $(VENV) …" >&2
	@$(PIP) install -e '.[dev]'
	@touch $@ $(VENV)/.run

# The audit finds problems, and says so with exit code 1: for the demo that is success.
demo: $(VENV)/.run
	@$(BIN)/relaudit run v1.0.35 --from $(SAMPLE) --format terminal || test $$? -eq 1

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

types: $(VENV)/.dev
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev
	$(BIN)/python -m auditor.report.schema docs/schema
	$(BIN)/python -m auditor.rulebook.coverage docs/rules.md

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
