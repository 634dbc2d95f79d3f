# Set-up, reports and tests; each target prepares what it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: reports test lab lint lock clean

reports: $(VENV)/.reports-ready
	$(BIN)/caseanalysis build

test: $(VENV)/.tests-ready
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

lab: $(VENV)/.reports-ready
	$(BIN)/caseanalysis lab

lint: $(VENV)/.tests-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.reports-ready: requirements/reports.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/reports.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.tests-ready: requirements/tests.txt $(VENV)/.reports-ready
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/tests.txt
	touch $@

# Resolve the locked dependencies anew, for every supported Python and platform at once.
lock:
	uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --output-file requirements/reports.txt
	uv pip compile pyproject.toml requirements/build.in --extra test --constraint requirements/reports.txt --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --output-file requirements/tests.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
