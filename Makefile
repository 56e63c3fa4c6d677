# `make` alone lists the targets.
PYTHON ?= python3
ARGS ?=

# The tests start the gate some hundred times: without its compiled modules each start takes a quarter longer.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test quick coverage fresh check fuzz hostile measurement bench zoo kill-matrix engine reference picture images lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 13

demo: .venv/.ready ## show the gate catching a bot that forgets; uses Docker only if it already runs
	@if .ci/engine --check; then .ci/base-images || echo "demo: no base images, so the bots run as plain processes"; fi
	@.venv/bin/memory-gate demo $(ARGS)

HOW_TO_GET_THEM = to run them, start a Docker engine or run 'make engine'

test: check ## check, then every test; starts a Docker engine where it may (ARGS='-k name' goes to pytest)
	@.ci/browser || true
	@if .ci/engine; then \
	  .ci/base-images && .ci/tests $(ARGS); \
	elif [ "$$MEMORY_GATE_REQUIRE_ENGINE" = 1 ]; then \
	  echo "test: MEMORY_GATE_REQUIRE_ENGINE=1, and no Docker engine can be had" >&2; exit 1; \
	else \
	  echo "*** THE DOCKER TESTS WILL BE SKIPPED: $(HOW_TO_GET_THEM) ***"; \
	  status=0; .venv/bin/pytest $(ARGS) || status=$$?; \
	  echo "*** THE DOCKER TESTS WERE SKIPPED: $(HOW_TO_GET_THEM) ***"; \
	  exit $$status; \
	fi

QUICK = tests/unit -m 'not slow'

quick: .venv/.ready ## a real part of the unit tests in under 30 s, for each time a file is saved
	@.venv/bin/pytest -q -n 2 $(QUICK) $(ARGS)

coverage: .venv/.ready ## run the unit tests and see what they do not reach; fails below the floor in pyproject.toml
	@COVERAGE_CORE=sysmon .venv/bin/coverage run -m pytest -q tests/unit $(ARGS)
	@.venv/bin/coverage report

fresh: .venv/.ready ## the tests that use an engine, on one with an empty data folder; needs root
	@.ci/fresh $(ARGS)

GITHUB_WORKFLOWS = $(wildcard .github/workflows/*.yml) $(filter-out %/gitlab-ci.yml,$(wildcard examples/workflows/*.yml))
SCHEMA = .venv/bin/check-jsonschema --quiet --builtin-schema

check: .venv/.ready ## lint, format, types, the direction of imports, and what CI systems are to read
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/mypy tests benchmarks docs
	@.venv/bin/lint-imports
	@.venv/bin/zizmor --offline --quiet --no-progress --config .github/zizmor.yml .github action.yml $(GITHUB_WORKFLOWS)
	@$(SCHEMA) vendor.github-workflows $(GITHUB_WORKFLOWS)
	@$(SCHEMA) vendor.github-actions action.yml
	@$(SCHEMA) vendor.dependabot .github/dependabot.yml
	@$(SCHEMA) vendor.gitlab-ci examples/workflows/gitlab-ci.yml
	@.venv/bin/pre-commit validate-config
	@.venv/bin/hadolint --ignore DL3059 --ignore DL3066 $(wildcard Dockerfile */*/Dockerfile */*/*/Dockerfile)
	@.venv/bin/shellcheck $(filter-out %.py,$(wildcard .ci/*)) examples/workflows/*.sh

fuzz: .venv/.ready ## read mangled files: only clean errors, none slow (ARGS="--files 20000 --seed 7 --guided 600")
	@[ -d .cache/atheris ] || .venv/bin/pip install --quiet --disable-pip-version-check --target .cache/atheris \
	  --require-hashes -r tests/fuzz/requirements.txt || rm -rf .cache/atheris
	@.venv/bin/python -m tests.fuzz $(ARGS)

hostile: .venv/.ready ## run the gate on bots that attack it; write docs/hostile.md (ARGS="--only fork-bomb --show")
	@if .ci/engine; then .ci/base-images; else echo "hostile: no Docker engine, so nothing is written"; fi
	@.venv/bin/python -m tests.hostile $(ARGS)

measurement: .venv/.ready ## measure how right the gate is and write docs/measurement.md (ARGS='--only seeds')
	@.venv/bin/python -m benchmarks.measurement $(ARGS)

bench: .venv/.ready ## measure how fast the gate is and write docs/benchmarks.md (ARGS='--only judging')
	@if .ci/engine; then .ci/base-images; else echo "bench: no Docker engine, so what needs one is not measured"; fi
	@.venv/bin/python -m benchmarks.speed $(ARGS)

zoo: .venv/.ready ## run every known defect and its healthy twin under every disruption; write docs/detection.md (ARGS='--only article')
	@if .ci/engine; then .ci/base-images; else echo "zoo: no Docker engine, so what needs one is not run"; fi
	@.venv/bin/python -m tests.zoo.matrix $(ARGS)

kill-matrix: .venv/.ready ## end the gate at every boundary of a run, by every signal; write docs/kill-matrix.md
	@.ci/engine && .ci/base-images
	@.venv/bin/python -m tests.kill_matrix $(ARGS)

engine: ## make a Docker engine answer and its two base images present
	@.ci/engine
	@.ci/base-images

reference: .venv/.ready ## write what docs/configuration.md generates: keys, inputs, outputs, options, exit codes
	@.venv/bin/python -m docs.reference

picture: .venv/.ready ## draw the picture in the README anew from a run of the demo
	@.venv/bin/memory-gate demo --report-dir .cache/demo
	@.venv/bin/python docs/picture.py .cache/demo/buffer/transcript.jsonl docs/console.svg

images: .venv/.ready ## draw the pictures of the report and the job summary anew from a real run; needs Chromium
	@.venv/bin/python -m tests.browser.pictures

# --- set-up: each stamp is written last, so what was interrupted is done again -----------------------

.venv/.locked: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.13 ..." >&2; exit 1; }
	@[ ! -L .venv ] || { echo ".venv is a link; what it leads to would be emptied: remove the link first" >&2; exit 1; }
	@echo "setting up .venv"
	@$(PYTHON) -m venv --clear .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.venv/.ready: .venv/.locked pyproject.toml
	@.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# --- the locks -------------------------------------------------------------------------------------

LOCK = .cache/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links $(ARGS)

lock: ## regenerate both locks; keeps what still fits (ARGS=--upgrade takes the newest)
	@[ -x .cache/uv/bin/uv ] || { $(PYTHON) -m venv .cache/uv && .cache/uv/bin/pip install --quiet --disable-pip-version-check uv; }
	@$(LOCK) pyproject.toml -o requirements.txt >/dev/null
	@$(LOCK) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt >/dev/null
	@for lock in requirements.txt requirements-dev.txt; do \
	  { echo "# Made by 'make lock' from pyproject.toml; not edited by hand."; cat $$lock; } >$$lock.new && \
	  mv $$lock.new $$lock || exit 1; \
	done

clean: ## remove everything that this file and the tools it runs made here
	rm -rf .venv .cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
