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
.PHONY: help thorough fuzz mail-matrix demo test lint types contract docs docs-site docs-live manual editor check schema build clean \
        kills soak boot release requirements audit sbom \
        bench bench-descriptors bench-diff bench-matching bench-ordinary bench-noise bench-relevance bench-scale bench-capacity bench-site bench-stories site-pictures \
        mail-pictures mail-clients mail-spam

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

docs: $(VENV)/ready docs-site  ## Check that the documents say what is true, and build them
	$(BIN)/python -m pytest tests/test_docs.py tests/test_manual.py
	$(BIN)/policy-monitor --sources sources.yaml --recipients docs/recipients.example.yaml lint

check: test lint types contract docs  ## All of these, as CI does

manual: $(VENV)/ready  ## Write the pages of docs/ that are made of the program itself
	$(BIN)/python -m tests.manual

$(VENV)/documenting: pyproject.toml $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group docs
	@touch $@

docs-site: $(VENV)/documenting  ## Build the documentation into dist/docs/
	NO_MKDOCS_2_WARNING=true $(BIN)/mkdocs build --strict --quiet

docs-live: $(VENV)/documenting  ## Show the documentation at http://127.0.0.1:8000 while it is written
	$(BIN)/mkdocs serve

editor: $(VENV)/ready  ## Ask the YAML language server (npm) what an editor shows of sources.yaml
	npm install --silent --no-fund --no-audit --no-save --prefix $(VENV)/editor yaml-language-server@2
	$(BIN)/python -m tests.editor $(VENV)/editor

schema: $(VENV)/installed  ## Write the JSON Schema that editors use
	$(BIN)/policy-monitor schema > docs/policy-monitor.schema.json

build: $(VENV)/ready  ## Build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

$(VENV)/releasing: pyproject.toml $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group release
	@touch $@

# Without addresses: who installs chooses the index, and the hashes say that it is the same.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements" $(UPGRADE)

requirements: $(VENV)/releasing  ## Lock what is installed, with hashes (UPGRADE=--upgrade for newer releases)
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) pyproject.toml --all-extras --constraint requirements.txt --output-file requirements-all.txt

audit: $(VENV)/releasing  ## Look for known holes in what is locked; fails too when that cannot be known
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement requirements-all.txt

sbom: $(VENV)/releasing  ## Write what a release consists of into dist/ (CycloneDX)
	mkdir -p dist
	$(BIN)/cyclonedx-py requirements requirements-all.txt --pyproject pyproject.toml \
	  --output-reproducible --output-format JSON --output-file dist/policy-monitor.cdx.json

release: $(VENV)/releasing  ## Build the wheel twice, and try it without the checkout (PYTHONS="python3.11 python3.13")
	$(BIN)/python -m tests.release $(PYTHONS)

boot: $(VENV)/ready  ## Boot Debian 13 in a container and try the unit under its systemd (root)
	$(BIN)/python -m tests.boot $(ROOT)

kills: $(VENV)/ready  ## Kill the program 200 times over a site and a mail server, and count the mails
	$(BIN)/python -m tests.kills --kills $(or $(KILLS),200) --seed $(or $(SEED),1)
	$(BIN)/python -m tests.kills_upkeep --seed $(or $(SEED),1)

mail-matrix: $(VENV)/ready  ## Try every answer of a mail server, and a real Postfix where there is one (root)
	$(BIN)/python -m pytest tests/test_deliver.py tests/test_mail_matrix.py tests/test_loss.py tests/test_bounces.py tests/test_postfix.py -rs

soak: $(VENV)/ready  ## Let 24 months of 200 sources pass, with faults (MONTHS=3 SOURCES=30 for less)
	$(BIN)/python -m tests.soak --months $(or $(MONTHS),24) --sources $(or $(SOURCES),200) \
	  --faults $(or $(FAULTS),0.05) --seed $(or $(SEED),1) --minutes $(or $(MINUTES),inf)

bench: $(VENV)/ready  ## Measure passes beside a bare HTTP loop (N="50 200" REPS=3; BENCH_HARNESS=folder)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	$(BIN)/python -m bench.compare --n $(or $(N),50 200) --reps $(or $(REPS),3)

bench-descriptors: $(VENV)/ready  ## Measure docs/examples/bundestag.yaml on papers of the Bundestag
	$(BIN)/python -m bench.descriptors

bench-diff: $(VENV)/ready  ## Measure comparing documents of 5,000 and 50,000 lines beside difflib (REPS=3)
	$(BIN)/python -m bench.differences --reps $(or $(REPS),3)

bench-matching: $(VENV)/ready  ## Measure how fast the topics are matched
	$(BIN)/python -m bench.matching

bench-noise: $(VENV)/ready  ## Count false and missed alerts on recorded histories
	$(BIN)/python -m bench.noise

bench-ordinary: $(VENV)/ready  ## Count false alarms on ordinary German texts
	$(BIN)/python -m bench.ordinary

bench-relevance: $(VENV)/ready  ## Score the shipped topics on labelled passages, cross-validated too
	$(BIN)/python -m bench.relevance

bench-scale: $(VENV)/ready  ## Let 1, 2 and 4 workers check a slow site over PostgreSQL (SERVER=, ROUNDS=3)
	$(BIN)/python -m bench.scale --server $(or $(SERVER),postgresql://postgres@127.0.0.1:5432) \
	  --rounds $(or $(ROUNDS),3)

# What a check costs comes from bench-scale; the database has to be empty.
bench-capacity: $(VENV)/ready  ## Reckon what a million sources would take (DATABASE=, CHECK_MS=, SERVER_MS=, WAL=)
	$(BIN)/python -m bench.capacity --database $(DATABASE) --check-ms $(or $(CHECK_MS),8) \
	  --server-ms $(or $(SERVER_MS),2.4) --wal $(or $(WAL),1800)

SECONDS ?= 3600
TARGET ?= all

fuzz: $(VENV)/ready  ## Throw random input at what reads: make fuzz TARGET=feed SECONDS=3600
	$(BIN)/python -m tests.fuzz $(TARGET) $(SECONDS)

bench-site: $(VENV)/ready  ## Write, extend and search an archive of 20,000 alerts (ALERTS=1000 for less)
	$(BIN)/python -m bench.publishing --alerts $(or $(ALERTS),20000)

site-pictures: $(VENV)/ready  ## Take pictures of the archive at three widths into site-pictures/
	$(BIN)/python -m bench.pictures

mail-pictures: $(VENV)/ready  ## Take pictures of the golden mails: phone, desktop, dark, into mail-pictures/
	$(BIN)/python -m bench.mail_pictures mail-pictures

mail-clients: $(VENV)/ready  ## Look up in caniemail.com's data what mails use of CSS and HTML (needs npm)
	mkdir -p build/caniemail
	cd build/caniemail && npm pack --silent caniemail >name && tar xzf "$$(cat name)"
	$(BIN)/python -m bench.mail_clients build/caniemail/package/data/caniemail.json

mail-spam: $(VENV)/ready  ## Score the golden mails with SpamAssassin (Debian: spamassassin)
	$(BIN)/python -m bench.mail_spam

.PHONY: bench-parts
bench-parts: $(VENV)/ready  ## Measure starting, mailing, and the service at rest, each beside its least
	$(BIN)/python -m bench.starting
	$(BIN)/python -m bench.mailing
	$(BIN)/python -m bench.idle

bench-stories: $(VENV)/ready  ## Count joined and wrongly merged news of several sources
	$(BIN)/python -m bench.stories

clean:  ## Remove what the other targets made
	rm -rf $(VENV) dist demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis
