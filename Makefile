# Everything that can be done here. `make` alone lists it.

# The first of these that is Python 3.11 or later makes the virtual environment.
PYTHONS := $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help run test test-engines lint types format bench faults soak demo

help: ## List the verbs
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

run: .venv/run.stamp ## Start the firm on this machine and print its address (Ctrl-C stops it)
	@exec $(BIN)/dossier run

test: .venv/test.stamp ## Run every test
	$(BIN)/pytest -n 2 --dist loadfile -q $(ARGS)

test-engines: .venv/test.stamp ## Run the end-to-end tests on PostgreSQL, MongoDB's protocol and S3
	DOSSIER_TEST_ENGINES=1 $(BIN)/pytest tests/e2e -q -rs $(ARGS)

lint: .venv/test.stamp ## Check style and likely mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/test.stamp ## Check types, strictly
	$(BIN)/mypy

format: .venv/test.stamp ## Put the code in its agreed shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/test.stamp ## Measure speed and memory side by side with bare anchors, then what growth costs
	$(BIN)/python -m tests.benchmarks $(ARGS)
	$(if $(ARGS),,$(BIN)/python -m tests.benchmarks.growth)

faults: .venv/test.stamp ## Hurt and fuzz a firm in every way and for hours; `make test` does it for minutes
	$(BIN)/pytest tests/faults tests/fuzz --long -q -s $(ARGS)

soak: .venv/test.stamp ## Work in a firm for two hours while it is hurt, and report what grows (ARGS='--minutes 5')
	$(BIN)/python -m tests.faults.soak $(or $(ARGS),--hours 2)

demo: .venv/run.stamp ## Fill the running firm with the demonstration data
	$(BIN)/dossier demo

$(BIN)/python:
	@for python in $(PYTHONS); do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; done; \
	if [ -z "$$found" ]; then echo 'Python 3.11 or later is needed; none was found.' >&2; exit 1; fi; \
	echo "Making .venv with $$found"; \
	if [ -n "$(UV)" ]; then "$(UV)" venv -q --python "$$found" .venv; else $$found -m venv .venv; fi

# Installs again only when what is locked, or the way this tree is installed, changed.
.venv/%.stamp: requirements/%.lock pyproject.toml | $(BIN)/python
	@echo 'Installing what $< names'
	@if [ -n "$(UV)" ]; then \
	  VIRTUAL_ENV=.venv "$(UV)" pip install -q --compile-bytecode --require-hashes -r $< && \
	  VIRTUAL_ENV=.venv "$(UV)" pip install -q --no-deps --no-build-isolation -e .; \
	else \
	  { $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip -q; } && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $< && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@
