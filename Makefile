# `make try` lints an example app, `make test` runs every check, `make docs` builds the site (build/site/index.html); all need only
# python3 and make their own environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: try test format docs bench clean

try: $(VENV)/ready
	@rm -rf $(VENV)/example && cp -R tests/fixtures/apps/events-directory $(VENV)/example
	$(BIN)/herolint check --fail-on never $(VENV)/example

test: $(VENV)/ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto

format: $(VENV)/ready-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/ready-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: $(VENV)/ready-dev
	$(BIN)/python benchmarks/startup.py

$(VENV)/bin/python:
	tools/make_environment.sh $(PYTHON) $(VENV)

$(VENV)/ready: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

$(VENV)/ready-docs: $(VENV)/ready pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group docs
	@touch $@

clean:
	rm -rf $(VENV) dist build
