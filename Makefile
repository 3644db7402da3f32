# Needs Python 3.11 or newer with venv, and make. Everything is installed into .venv.
.DEFAULT_GOAL := help
.PHONY: help demo test soak browser lint constraints docs validate speed pictures bench bench-data clean

PYTHON ?= $(shell command -v python3 || command -v python3.13 || command -v python3.12 \
	|| command -v python3.11 || echo python3)
BIN := .venv/bin
STAMP := .venv/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP) ## coaching packs from a simulated organisation, into output/demo
	$(BIN)/salesgap demo

test: lint ## lint, then every test, and the notebooks as they open
	$(BIN)/python -m pytest --nbmake notebooks tests --numprocesses auto --dist loadgroup

soak: $(STAMP) ## the tests that take minutes: batches killed at twenty moments
	$(BIN)/python -m pytest -m soak

browser: $(STAMP) ## the notebooks in a real browser; make test has it too once this has run
	$(PIP) install --quiet --constraint constraints.txt --editable '.[test,browser]'
	$(BIN)/python -m pytest -m browser

lint: $(STAMP) ## ruff, mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(STAMP) ## write the generated pages and schemas in docs/ anew from the code
	$(BIN)/python -m salesgap.reference docs

validate: $(STAMP) ## print how often the packs are right; half an hour on two cores
	$(BIN)/salesgap validate

pictures: $(STAMP) ## draw the reviewed pictures of the pages anew, after a change of the design
	SALESGAP_DRAW_PICTURES=1 $(BIN)/python -m pytest tests/publish/packs/test_pictures.py

speed: $(STAMP) ## measure how long an analysis takes, and write docs/speed.md
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 \
		$(BIN)/python -m salesgap.validate.speed docs/speed.md

constraints: ## pin every dependency anew, from a clean environment
	$(PYTHON) -m venv --clear .venv-constraints
	.venv-constraints/bin/python -m pip --disable-pip-version-check install --quiet '.[test,browser]'
	.venv-constraints/bin/python -m pip freeze --exclude salesgap > constraints.txt
	rm -rf .venv-constraints

bench: $(STAMP) ## measure batches beside the stock way, and write docs/performance.md
	$(PIP) install --quiet --constraint constraints.txt --editable '.[test,browser]'
	$(BIN)/python -m salesgap.validate.bench docs/performance.md

bench-data: $(STAMP) ## measure a million deals from CSV to snapshot, and write docs/volume.md
	$(BIN)/python -m salesgap.validate.volume docs/volume.md

clean: ## remove the environment, caches and everything the runs left
	rm -rf .venv .venv-constraints .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find output -mindepth 1 ! -name README.md -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "salesgap needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv \
		|| { echo "no venv module: on Debian, apt-get install python3-venv" >&2; exit 1; }
	$(PIP) install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@
