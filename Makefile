# Two commands do everything on a fresh machine (make and Python 3.11+ with venv):
#   make demo    plays three days of policy news through the whole pipeline
#   make test    passes the tests
# Each sets up .venv when it is missing or pyproject.toml changed.

PYTHON ?= python3
VENV   ?= .venv
# Tests wait for sockets and clocks too, so there is work for one more than there are cores.
WORKERS ?= $(shell expr $$(nproc) + 1)
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help thorough fuzz mail-matrix demo test lint types contract docs check schema build clean \
        kills soak \
        bench-descriptors bench-matching bench-ordinary bench-noise bench-relevance bench-stories

help:  ## Show what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

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
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal

thorough: $(VENV)/ready  ## Run the tests with all of the many cases that `make test` thins out
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal --thorough

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

kills: $(VENV)/ready  ## Kill the program 200 times over a site and a mail server, and count the mails
	$(BIN)/python -m tests.kills --kills $(or $(KILLS),200) --seed $(or $(SEED),1)

mail-matrix: $(VENV)/ready  ## Try every answer of a mail server, and a real Postfix where there is one (root)
	$(BIN)/python -m pytest tests/test_deliver.py tests/test_mail_matrix.py tests/test_loss.py tests/test_bounces.py tests/test_postfix.py -rs

soak: $(VENV)/ready  ## Let 24 months of 200 sources pass, with faults (MONTHS=3 SOURCES=30 for less)
	$(BIN)/python -m tests.soak --months $(or $(MONTHS),24) --sources $(or $(SOURCES),200) \
	  --faults $(or $(FAULTS),0.05) --seed $(or $(SEED),1) --minutes $(or $(MINUTES),inf)

bench-descriptors: $(VENV)/ready  ## Measure docs/examples/bundestag.yaml on papers of the Bundestag
	$(BIN)/python -m bench.descriptors

bench-matching: $(VENV)/ready  ## Measure how fast the topics are matched
	$(BIN)/python -m bench.matching

bench-noise: $(VENV)/ready  ## Count false and missed alerts on recorded histories
	$(BIN)/python -m bench.noise

bench-ordinary: $(VENV)/ready  ## Count false alarms on ordinary German texts
	$(BIN)/python -m bench.ordinary

bench-relevance: $(VENV)/ready  ## Score the shipped topics on labelled passages, cross-validated too
	$(BIN)/python -m bench.relevance

SECONDS ?= 3600
TARGET ?= all

fuzz: $(VENV)/ready  ## Throw random input at what reads: make fuzz TARGET=feed SECONDS=3600
	$(BIN)/python -m tests.fuzz $(TARGET) $(SECONDS)

bench-stories: $(VENV)/ready  ## Count joined and wrongly merged news of several sources
	$(BIN)/python -m bench.stories

clean:  ## Remove what the other targets made
	rm -rf $(VENV) dist demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis
