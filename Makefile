# Keepsake. `make` alone says what can be done.

PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
STAMP := .venv/.made-by-make
ARGS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SILENT:
.PHONY: help env run demo test search laws faults check lint style types api generated bench soak parts \
    reload due catalogue engines proto states lock models clean

help: ## Say what can be done
	awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## -- use it

env: $(STAMP) ## Make the environment in .venv from requirements.lock (nothing to do if it is fresh)

run: env ## Start Keepsake on this machine, show what it decides, and keep serving
	$(BIN)/keepsake run

demo: env ## The same, and exit
	$(BIN)/keepsake run --exit

## -- is it right?

test: env ## Run the fast tests (ARGS="-k law" passes options on)
	$(PYTEST) -m "not slow" $(ARGS)

search: env ## Run the property tests on new examples (make test repeats the same ones)
	$(PYTEST) -m "not slow and hypothesis" --hypothesis-profile search $(ARGS)

laws: env ## Run the tests of the laws and print a table of them
	$(BIN)/python -m tests.laws $(ARGS)

faults: env ## Kill, delay and cut what Keepsake stands on (minutes)
	$(PYTEST) -m slow $(ARGS)

check: env ## Check the packs and run the rule cases that stand beside the rules
	$(BIN)/keepsake check rules/jeweller rules/travel

lint: env ## Judge style, types and protos; nothing is changed
	$(MAKE) -s -k style types api generated

style:
	echo "ruff: rules" && $(BIN)/ruff check .
	echo "ruff: format" && $(BIN)/ruff format --check .

types:
	echo "mypy --strict" && $(BIN)/mypy --strict

api:
	echo "buf: lint" && $(MAKE) -s -C protos lint
	echo "buf: format" && $(MAKE) -s -C protos format
	echo "buf: breaking changes" && $(MAKE) -s -C protos breaking

generated:
	echo "generated code is fresh" && $(MAKE) -s -C protos fresh

## -- how fast is it?

bench: env ## Measure Keepsake beside an empty echo and a home-made one (minutes; ARGS=--quick)
	$(BIN)/python -m bench $(ARGS)

soak: env ## Make a million decisions and watch the memory (ARGS="--decisions 50000")
	$(BIN)/python -m bench.soak $(ARGS)

parts: env ## Measure what each part of a decision costs
	$(BIN)/python -m bench.parts $(ARGS)

reload: env ## Measure how long a reload of a pack stops a worker
	$(BIN)/python -m bench.reload

due: env ## Measure what 100,000 open cases cost while nothing is due
	$(BIN)/python -m bench.open_cases

quarter: env ## Play a simulated quarter of a special-services desk (ARGS="--quarters 1")
	$(BIN)/python -m bench.quarter $(ARGS)

catalogue: env ## Measure how long a search takes among 54,000 stones
	$(BIN)/python -m bench.catalogue

engines: env ## Measure the rule engines on the packs
	$(BIN)/python -m bench.engine

## -- change it

proto: env ## Generate the Python code of protos/ anew
	$(MAKE) -s -C protos generate

states: env ## Draw the states of a case into docs/integrator.md
	$(BIN)/python -m tests.states

lock: ## Choose the versions in requirements.lock anew (ARGS=--upgrade takes newer ones)
	test -x $(BIN)/uv || { echo "make lock uses the uv in .venv: run make env first." >&2; exit 1; }
	$(BIN)/uv pip compile --quiet pyproject.toml --all-extras --group dev --universal \
	    --python-version 3.11 --fork-strategy fewest --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-annotate \
	    --custom-compile-command "make lock" --output-file requirements.lock $(ARGS)

models: env ## Train all shipped models anew (minutes; packs name them by digest)
	for pack in jeweller travel; do \
	  $(BIN)/keepsake train save --pack $$pack && $(BIN)/keepsake train reason --pack $$pack || exit 1; \
	done
	$(BIN)/keepsake train hazard && $(BIN)/keepsake train hazard --features before-arrival

clean: ## Remove caches and what was built; .venv and .keepsake stay
	rm -rf build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -path ./.venv -prune -o \( -name __pycache__ -o -name '*.egg-info' \) -prune -exec rm -rf {} +

# setuptools goes first: it builds durable-rules, which has no wheel, without a download of its own.
# uv is more than twice as fast as pip, which is asked where uv fails: it knows a company's mirror.
stanza = sed -n '/^$(1)==/,/[^\\]$$/p' requirements.lock
pip := $(BIN)/pip --quiet --quiet --disable-pip-version-check install
uv := $(BIN)/uv --quiet pip install --python $(BIN)/python --compile-bytecode

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Keepsake needs Python 3.11 or newer. Name one: make env PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -c 'import os, shutil, sys, sysconfig as s; sys.exit(sys.version_info < (3, 13) and \
	    not (shutil.which("$(CC)") and os.path.exists(s.get_path("include") + "/Python.h")))' || \
	    { echo "No C compiler ($(CC)) or no Python.h: before Python 3.13, durable-rules is built" >&2; \
	      echo "from source. Install them (Debian: gcc python3-dev), or use a newer Python." >&2; exit 1; }
	echo "Making .venv from requirements.lock ..."
	$(PYTHON) -m venv .venv
	($(call stanza,setuptools); $(call stanza,uv)) > .venv/first.lock
	$(pip) --require-hashes -r .venv/first.lock
	$(uv) --require-hashes --no-build-isolation -r requirements.lock || \
	    $(pip) --require-hashes --no-build-isolation -r requirements.lock
	$(pip) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q service  # as an installed package is: a worker starts in less
	touch $@
