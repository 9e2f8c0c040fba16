# Two commands do everything on a fresh machine (make and Python 3.11+ with venv):
#   make demo    plays three days of policy news through the whole pipeline
#   make test    passes the tests
# Each sets up .venv when it is missing or pyproject.toml changed.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint types contract docs check schema build clean

help:  ## Show what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/ready: pyproject.toml $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

demo: $(VENV)/installed  ## Play three days of policy news; mails land in demo-output/
	$(BIN)/policy-monitor demo demo-output

test: $(VENV)/ready  ## Run the tests
	$(BIN)/python -m pytest

lint: $(VENV)/ready  ## Look for mistakes and untidiness
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/ready  ## Check the types
	$(BIN)/mypy

contract: $(VENV)/ready  ## Check who imports whom
	$(BIN)/lint-imports

docs: $(VENV)/ready  ## Check that the documents say what is true
	$(BIN)/python -m pytest tests/test_docs.py
	$(BIN)/policy-monitor --sources sources.yaml --recipients docs/recipients.example.yaml lint

check: test lint types contract docs  ## All of these, as CI does

schema: $(VENV)/installed  ## Write the JSON Schema that editors use
	$(BIN)/policy-monitor schema > docs/policy-monitor.schema.json

build: $(VENV)/ready  ## Build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:  ## Remove what the other targets made
	rm -rf $(VENV) dist demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis
