# What a person does with this project; `make help` lists it.
# Settings come from the environment, from `make PORT=4000 run`, or from .env (see .env.example).

.DEFAULT_GOAL := help

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check

# A virtual environment whose Python is gone (upgraded, or the folder copied elsewhere) is remade.
$(shell $(PY) -c '' 2>/dev/null || rm -f $(VENV)/python)

# Markers of what `make quick` leaves out; `tests/README.md` says what each is.
LEFT_OUT := postgres redis browser processes slow
space := $(subst ,, )

.PHONY: help run dev test quick check format bench soak clean

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## (.*)$$/  make \1\t\2/' | expand -t 14

run: $(VENV)/runtime ## Install, migrate, load demo data, build and serve on http://127.0.0.1:3000
	@exec $(PY) -m feedback_app run

dev: $(VENV)/runtime ## The same with hot reload, rebuilding the pages as they change
	@exec $(PY) -m feedback_app dev

test: $(VENV)/dev ## Every test, those in a real browser included
	@$(PY) -m tests.chromium
	@$(PY) -m tests.proxies
	@$(PY) -m pytest --numprocesses 2 $(ARGS)

quick: $(VENV)/dev ## Unit and SQLite tests alone: no browser, no server
	@$(PY) -m pytest --numprocesses 2 -m "not ($(subst $(space), or ,$(LEFT_OUT)))" $(ARGS)
	@echo "Left out, and run by 'make test': $(LEFT_OUT)"

check: $(VENV)/dev ## Lint, formatting, types, layers and the size of files
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m pyright
	@$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	@$(PY) -m pytest --quiet --numprocesses 0 tests/unit/test_layout.py

format: $(VENV)/dev ## Format everything, and mend what the linter can
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: $(VENV)/dev ## Measure what the design promises
	@$(PY) -m bench $(ARGS)

soak: $(VENV)/dev ## Twenty minutes of use with some that is hostile: what is left behind
	@$(PY) -m bench soak $(ARGS)

clean: ## Remove everything made here but the data and .env
	@rm -rf $(VENV) .web .web-test .web-bench .states .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The virtual environment: a Python of 3.11 or later, and the pinned packages. A file in it says
# which requirements it has, so that only a change installs again.
$(VENV)/python:
	@for candidate in $${PYTHON:-} python3.13 python3.12 python3.11 python3.14 python3 python; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    found="$$candidate"; break; fi; done; \
	if [ -z "$${found:-}" ]; then \
	  echo "Python 3.11 or later is needed and none was found. Install it, or name one: make PYTHON=/path/to/python3 run" >&2; \
	  exit 1; fi; \
	if ! "$$found" -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$found cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv. Then try again." >&2; \
	  exit 1; fi; \
	echo "Preparing $(VENV) with $$("$$found" --version)"; \
	rm -rf $(VENV); "$$found" -m venv $(VENV); touch $@

$(VENV)/runtime: requirements.txt $(VENV)/python
	@echo "Installing packages"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/runtime
	@echo "Installing packages for tests and checks"
	@$(PIP) -r requirements-dev.txt
	@touch $@
