# Python 3.11+, git and make are all that a machine needs. The work is done by `manage.py`; make only calls it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TEST_PROCESSES ?= 3
UV_COMPILE = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: help run test check lock messages bench-latency browser screenshots
.DEFAULT_GOAL := help

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.installed ## Everything on this machine, with one session before your eyes; Ctrl-C stops it
	@exec $(BIN)/python manage.py up

test: $(VENV)/.installed-dev ## All tests, with servers of their own
	@exec $(BIN)/pytest -n $(TEST_PROCESSES) $(ARGS)

check: $(VENV)/.installed-dev ## Style, types, import rules, migrations, deployment, OpenAPI
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -q tests/config/test_migrations.py
	HTTPS=true SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

bench-latency: $(VENV)/.installed-dev ## How long an athlete waits, against the plain alternatives
	@$(BIN)/python benchmarks/latency.py

browser: $(VENV)/.installed-dev ## Debian's Chromium by apt-get, where there is no Chromium or Chrome yet
	@$(BIN)/python -m tests.browser.chromium || { \
		command -v apt-get >/dev/null || { \
			echo "There is no apt-get here. Install Chromium or Chrome, or name one: CHROMIUM=/path/to/it" >&2; exit 1; }; \
		root=; [ "$$(id -u)" = 0 ] || root=sudo; \
		echo "No Chromium or Chrome is installed. apt-get installs Debian's package chromium:"; set -x; \
		$$root apt-get update -q && \
		$$root apt-get install -q -y --no-install-recommends chromium fonts-dejavu-core && \
		$(BIN)/python -m tests.browser.chromium; }

screenshots: $(VENV)/.installed-dev ## The pictures of docs/screenshots, of every state of the page
	@$(BIN)/python benchmarks/screenshots.py $(ARGS)

lock: $(VENV)/.installed-dev ## New locks from pyproject.toml
	$(UV_COMPILE) pyproject.toml --group servers -o requirements.lock
	$(UV_COMPILE) pyproject.toml --group servers --group dev -o requirements-dev.lock

# The places where a literal English sentence stands, each with the argument that is it.
SENTENCES = Sentence FieldError:3 at:3 refusal:2 Problem:2 ZoneSystem:1
LOCALES = locale web/locale
ROOMS_locale = config training enrichment
ROOMS_web/locale = web

messages: $(LOCALES:%=%/.messages) ## Every sentence into locale/ and web/locale/; translate what is empty there, and again

%/.messages: $(VENV)/.installed-dev
	PYTHONPATH=. $(BIN)/pybabel -q extract -F pyproject.toml $(SENTENCES:%=-k %) --no-location --sort-output --width 120 \
		--omit-header -o $*/django.pot $(ROOMS_$*)
	$(BIN)/pybabel -q update -i $*/django.pot -o $*/fr/LC_MESSAGES/django.po -l fr --width 120 --no-fuzzy-matching \
		--ignore-obsolete --ignore-pot-creation-date
	rm $*/django.pot
	$(BIN)/pybabel -q compile -i $*/fr/LC_MESSAGES/django.po -o $*/fr/LC_MESSAGES/django.mo

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Second Wind needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.installed: requirements.lock | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.installed
