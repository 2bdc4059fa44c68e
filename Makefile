# Everything a developer runs. Needs make and Python 3.11 or later with venv; each target sets up the rest in .venv.
#
#   make demo      build the demo utility and serve it         make bench     measure, as ratios within one run
#   make test      run every test                              make screens   write pictures of the screens to screens/
#   make lint      style, types, import contracts, templates   make clean     remove what the others made, but the demo's data
#   make lock      resolve the newest allowed versions into constraints.txt
#
# ARGS is handed on: make test ARGS="-k receipt", make bench ARGS=search.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# When one of these changes, the next target installs again; the build compiles the catalogues.
INPUTS := pyproject.toml constraints.txt hatch_build.py package-lock.json \
  $(wildcard heatdesk/translations/*/LC_MESSAGES/*.po)

.PHONY: demo test lint bench screens lock clean

demo: .venv/.installed
	HEATDESK_HOME="$(CURDIR)/.demo" $(BIN)/heatdesk demo $(ARGS)

test: .venv/.installed-test
	$(BIN)/python -m pytest -n auto $(ARGS)

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates

bench: .venv/.installed
	$(BIN)/heatdesk bench $(ARGS)

screens: .venv/.installed-test
	$(BIN)/python -m tests.browser.screens $(ARGS)

lock: .venv/bin/python
	rm -rf .venv/lock && $(PYTHON) -m venv .venv/lock
	.venv/lock/bin/python -m pip --disable-pip-version-check --quiet install '.[dev]'
	{ grep '^#' constraints.txt; .venv/lock/bin/python -m pip freeze --exclude heatdesk; } > .venv/constraints.txt
	mv .venv/constraints.txt constraints.txt
	rm -rf .venv/lock

clean:
	rm -rf .venv static/vendor screens dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find heatdesk tests -name __pycache__ -prune -exec rm -rf {} +
	rm -f heatdesk/translations/*/LC_MESSAGES/*.mo

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "heatdesk needs Python 3.11 or later; name one like this: make demo PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments. On Debian and Ubuntu run: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python $(INPUTS)
	@echo "Installing heatdesk into .venv (a minute or two the first time)"
	@$(PIP) install -c constraints.txt -e .
	@touch $@

.venv/.installed-test: .venv/bin/python $(INPUTS)
	@echo "Installing heatdesk and what its tests need into .venv (a minute or two the first time)"
	@$(PIP) install -c constraints.txt -e '.[test]'
	@touch $@ .venv/.installed

.venv/.installed-dev: .venv/bin/python $(INPUTS)
	@echo "Installing heatdesk and its tools into .venv (a minute or two the first time)"
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@ .venv/.installed .venv/.installed-test
