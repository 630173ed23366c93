# make run   runs the fear-conditioning protocol (ARGS="--seeds 5" and so on go to it)
# make test  runs formatter, linter, type checker and tests (PYTEST_ARGS="-k state" and so on go to pytest)
# make docs  builds the documentation into docs/_build/html, and executes its tutorials
# make wheel builds wheel and sdist into dist, installs the wheel into an empty environment and runs it there
# make torture kills runs, races builds, damages files and fills disks for half an hour (TORTURE_ARGS="--only kills")
# All need python3 >= 3.12, g++ and make, and set up .venv the first time; PYTHON=python3.13 picks another one.

PYTHON ?= python3
ARGS ?= --seeds 3 --jobs 2
PYTEST_ARGS ?=
TORTURE_ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check install

# NEED_PYTHON and NEED_COMPILER are empty if all is well, else they stop make with one sentence.
VERSION_CHECK = { $(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' && echo good; } 2>/dev/null
NEED_PYTHON = $(if $(filter good,$(shell $(VERSION_CHECK))),,$(error Spiking Engrams needs Python 3.12 or newer \
with its venv module: install it, and name it if python3 is another one, for example: make $(or $(MAKECMDGOALS),run) PYTHON=python3.12))
# A .venv that make did not make stays as it is.
NEED_ROOM = $(if $(wildcard $(VENV)/created),,$(if $(wildcard $(VENV)),$(error The folder $(VENV) was not made by make, which would replace it: move it away, or install into it yourself with pip install --editable '.[analysis]'),))
NEED_COMPILER = $(if $(shell command -v $(firstword $(CXX)) 2>/dev/null),,$(error Spiking Engrams compiles its \
circuits: install a C++ compiler, for example the package g++))

.DEFAULT_GOAL := run
.PHONY: run test docs wheel torture clean
.DELETE_ON_ERROR:

run: $(VENV)/installed-run
	$(NEED_COMPILER)@$(BIN)/engrams run fear_conditioning $(ARGS)

test: export MPLBACKEND ?= Agg
test: $(VENV)/installed-test
	$(NEED_COMPILER)@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy spiking_engrams networks protocols
	@$(BIN)/python -m pytest -v -n 2 --dist loadfile $(PYTEST_ARGS)

docs: export MPLBACKEND :=
docs: $(VENV)/installed-docs
	$(NEED_COMPILER)@$(BIN)/python docs/pages.py --check
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs docs/_build/html
	@echo "Documentation: docs/_build/html/index.html"

wheel: $(VENV)/installed-docs
	@rm -rf build dist
	@$(BIN)/python -m build --outdir dist . > /dev/null
	$(NEED_COMPILER)@$(BIN)/python tests/helpers/try_wheel.py dist

torture: $(VENV)/installed-test
	$(NEED_COMPILER)@PYTHONPATH=tests/helpers $(BIN)/python tests/faults/torture.py --out docs/torture.md $(TORTURE_ARGS)

clean:
	rm -rf $(VENV) build dist docs/_build .pytest_cache .mypy_cache .ruff_cache *.egg-info

$(VENV)/created:
	$(NEED_PYTHON)$(NEED_COMPILER)$(NEED_ROOM)@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/installed-run: $(VENV)/created setup.cfg pyproject.toml
	@echo "Installing the library and what it needs ..."
	@$(PIP) --editable '.[analysis]'
	@touch $@

$(VENV)/installed-test: $(VENV)/installed-run
	@echo "Installing the test tools ..."
	@$(PIP) --editable '.[analysis,test]'
	@touch $@

$(VENV)/installed-docs: $(VENV)/installed-test
	@echo "Installing what builds the documentation ..."
	@$(PIP) --editable '.[analysis,test,docs]'
	@touch $@
