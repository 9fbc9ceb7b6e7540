# Two commands matter: `make run` and `make test`. `make help` lists the rest.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; exit; }; \
	done; echo python3)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
DEBIAN_PACKAGES := chromium fonts-dejavu-core fonts-noto-color-emoji
# Coverage of the rules of the house: everything, and the places where decisions are made.
DECISIONS := */services.py,*/services/*.py,*/selectors.py,*/access.py

# Tests with a studio or a browser of their own, which run by themselves.
ALONE := e2e acceptance chaos

# Tests of what two processes may want at once.
WITH_LOCKS := test_claim_race.py test_claim_statement.py test_fair_share.py test_holding.py test_job_life.py \
	test_job_state_machine.py test_job_submit.py test_ledger.py test_ledger_adds_up.py test_outlooks.py \
	test_queue_switch.py test_quota_race.py test_quotas.py test_reordering.py test_worker.py

.DEFAULT_GOAL := help
.PHONY: help run install install-dev install-debian test test-postgres test-acceptance test-browser test-deep lint format bench docs lock

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 22

run: install ## Start Aria; the first time, install her first (TORCH=cpu: without CUDA)
	@exec $(BIN)/python manage.py studio

install: ## Install what Aria needs into .venv; nothing when nothing changed
	@command -v $(PYTHON) >/dev/null || { echo "Aria needs Python 3.11 or newer, and found none." >&2; exit 1; }
	@$(PYTHON) deploy/install.py

install-dev:
	@command -v $(PYTHON) >/dev/null || { echo "Aria needs Python 3.11 or newer, and found none." >&2; exit 1; }
	@$(PYTHON) deploy/install.py --dev

install-debian:
	@sh deploy/debian_packages.sh $(DEBIAN_PACKAGES)

test: install-dev install-debian ## Run the whole suite, with its coverage gates
	@rm -f .coverage .coverage.*
	@$(PYTEST) tests $(ALONE:%=--ignore=tests/%) -n 2 --dist loadgroup --cov --cov-report=
	@$(BIN)/coverage report --skip-covered --fail-under=90
	@$(BIN)/coverage report --skip-covered --fail-under=95 --include='$(DECISIONS)'
	@$(MAKE) --no-print-directory test-postgres test-acceptance test-browser

test-postgres: install-dev ## Run what takes locks on PostgreSQL as well
	@$(BIN)/python -m tests.support.postgres pytest tests/migrations tests/backup $(addprefix tests/generation/,$(WITH_LOCKS))

test-acceptance: install-dev ## Run a whole studio with the built-in model: kills, forty paintings, memory
	@$(PYTEST) tests/acceptance tests/chaos -p no:randomly

test-browser: install-dev install-debian ## Paint and look around in a real browser
	@DJANGO_ALLOW_ASYNC_UNSAFE=1 $(PYTEST) tests/e2e

# Hours, on a machine that has nothing else to do. CHAOS_SEED=... repeats a round of kills.
test-deep: install-dev install-debian ## Run what takes hours: 500 jobs under 100 kills, deep properties, ten random orders
	@$(PYTEST) tests/chaos -m deep -p no:randomly -s
	@$(PYTEST) tests/generation/test_job_state_machine.py --hypothesis-profile=deep
	@$(PYTEST) tests $(ALONE:%=--ignore=tests/%) -m hypothesis --hypothesis-profile=deep -n 2 --timeout=3600
	@for order in 1 2 3 4 5 6 7 8 9 10; do \
		$(PYTEST) tests $(ALONE:%=--ignore=tests/%) -n 2 --dist loadgroup --randomly-seed=$$order || exit 1; \
	done

lint: install-dev ## Check style, types, imports, migrations, settings and house rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/codespell
	@sh deploy/check_settings.sh $(BIN)/python
	@$(PYTEST) tests/architecture

format: install-dev ## Rewrite the code in the house style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install ## Measure every claim of speed against its goal, as ratios; prints one table
	@$(BIN)/python -m bench --tier cpu

docs: install ## Write docs/configuration.md and .env.example anew from the environment
	@$(BIN)/python manage.py write_docs

lock: install ## Pin every package anew, with hashes
	@$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt
	@$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" requirements-server.in -o requirements-server.txt
