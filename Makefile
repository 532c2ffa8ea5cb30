# `make` alone says what there is. Everything lives in .venv and .demo; `make clean` removes both.

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME := $(CURDIR)/.demo
RELEASE := .venv-release
PIP := python -m pip --disable-pip-version-check
# One lock for every Python and system; no index is named, so that each machine takes its own.
COMPILE := $(RELEASE)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock'

# Of the workstation's own configuration nothing may reach the demo: set but empty is the default.
DEMO := EPICEVENTS_HOME='$(DEMO_HOME)' EPICEVENTS_DATABASE_URL= EPICEVENTS_ADMIN_DATABASE_URL= \
	EPICEVENTS_TOKEN_FILE= $(BIN)/epicevents

# What Python has compiled of the tests and the program it may keep: it takes longer than to run it.
unexport PYTHONDONTWRITEBYTECODE

# What `make quick` leaves to `make test`: the product of all rights and states, and starting Python.
ELSEWHERE := security/test_matrix.py architecture/test_imports.py test_warm.py

.DEFAULT_GOAL := help
.PHONY: help demo test quick proof mutation soak sequences lint ci readme screens clean
.PHONY: lock dist

help: ## Show this
	@echo "make TARGET [PYTHON=python3.12] [ARGS='what pytest also gets']"
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 12

demo: $(VENV)/.runs ## Install, fill a demo company in .demo, log in, show the dashboard
	@$(DEMO) demo
	@echo
	@echo "Go on with these two lines; the database keeps running until \`epicevents db stop\`:"
	@echo "  export EPICEVENTS_HOME='$(DEMO_HOME)'"
	@echo "  $(BIN)/epicevents contract list --unpaid"

test: $(VENV)/.develops ## Run the tests on a PostgreSQL of their own
	$(BIN)/python -m pytest -m 'not proof' -n auto --maxprocesses 4 $(ARGS)

quick: $(VENV)/.develops ## Run what a change to one noun can break: make quick NOUN=client
	@ls tests/*/test_$(NOUN).py > /dev/null || { \
		echo "Name a noun that has tests: make quick NOUN=client"; exit 1; }
	$(BIN)/python -m pytest -q -m 'not proof' -k '$(NOUN) or architecture' \
		$(ELSEWHERE:%=--ignore=tests/%) -n auto --maxprocesses 4 $(ARGS)

proof: $(VENV)/.develops ## Run the tests that are too long for every change
	$(BIN)/python -m pytest -m proof -n auto --maxprocesses 4 $(ARGS)

mutation: $(VENV)/.develops ## Break each rule, right, gate and refusal in turn: do its tests notice?
	$(BIN)/python tests/security/mutation.py $(ARGS)
	$(BIN)/python tests/security/mutation_services.py $(ARGS)

soak: $(VENV)/.develops ## Work as 16 employees at once, 20,000 times, and look at the rules
	$(BIN)/python tests/security/soak.py $(ARGS)

sequences: $(VENV)/.develops ## Run hundreds of random sequences of commands against a model of the rules
	EPICEVENTS_TEST_SEQUENCES=$${EPICEVENTS_TEST_SEQUENCES:-300} \
		$(BIN)/python -m pytest -q tests/services/test_stateful.py $(ARGS)

lint: $(VENV)/.develops ## Check style, formatting, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

ci: ## Do what CI does
	.ci/run

screens: $(VENV)/.develops ## Write the screens that tests compare anew
	EPICEVENTS_TEST_WRITE_SCREENS=1 $(BIN)/python -m pytest -q tests/cli/test_screens.py

readme: $(VENV)/.develops ## Write the README's matrix and picture, the reference, the errors and the schema anew
	$(BIN)/python -m tools.permission_matrix
	$(BIN)/python -m tools.reference
	$(BIN)/python -m tools.errors
	$(BIN)/python -m tools.schema
	$(BIN)/python -m tools.picture
	$(BIN)/python -m tools.licences

lock: $(RELEASE)/.installed ## Resolve the dependencies anew into locks/; ARGS=--upgrade takes newer ones
	@mkdir -p locks
	$(COMPILE) pyproject.toml --extra local --group dev --output-file locks/dev.txt $(ARGS)
	$(COMPILE) pyproject.toml --extra local --constraints locks/dev.txt --output-file locks/run.txt
	$(COMPILE) --group build --constraints locks/dev.txt --output-file locks/build.txt
	$(COMPILE) --group release --constraints locks/dev.txt --output-file locks/release.txt $(ARGS)

dist: $(RELEASE)/.installed ## Build the wheel, the source archive, their SBOM and checksums into dist/
	$(RELEASE)/bin/python -m tools.distribution $(ARGS)

clean: ## Stop and remove the demo, the virtual environment and what tools have left
	@if [ -x $(BIN)/epicevents ] && [ -d .demo ]; then $(BIN)/python -c \
		'from crm.embedded import Cluster; from pathlib import Path; Cluster(Path(".demo")).remove()'; fi
	rm -rf $(VENV) $(RELEASE) .demo build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Exactly what the lock names, each file checked against its hash, nothing compiled here. The project
# itself comes last, so that `pip check` says whether the lock still fits pyproject.toml.
define install
	$(1)/bin/$(PIP) install --quiet --require-hashes --only-binary :all: $(foreach lock,$(2),-r locks/$(lock).txt)
	$(if $(3),$(1)/bin/$(PIP) install --quiet --no-deps --no-build-isolation --editable .)
	@$(1)/bin/$(PIP) check || { \
		echo "Either the lock does not fit pyproject.toml (make lock) or $(1) has leftovers (make clean)."; \
		exit 1; }
	@touch $@
endef

$(VENV)/.runs: pyproject.toml locks/build.txt locks/run.txt | $(VENV)/bin/python
	$(call install,$(VENV),build run,editable)

$(VENV)/.develops: pyproject.toml locks/dev.txt | $(VENV)/bin/python
	$(call install,$(VENV),dev,editable)
	@touch $(VENV)/.runs

$(RELEASE)/.installed: locks/release.txt | $(RELEASE)/bin/python
	$(call install,$(RELEASE),release,)

$(VENV)/bin/python $(RELEASE)/bin/python:
	@command -v $(PYTHON) > /dev/null || { \
		echo "There is no $(PYTHON) here. Name Python 3.11 or newer: make demo PYTHON=/path/to/python3"; \
		exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) -V 2>&1)." \
			"Name another: make demo PYTHON=python3.12"; \
		exit 1; }
	@$(PYTHON) -m venv $(@:/bin/python=) || { rm -rf $(@:/bin/python=); exit 1; }
