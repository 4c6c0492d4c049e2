# Development, checks and the main job. `make help` lists the targets.

VENV := .venv
PEERS := .venv-peers
BIN := $(VENV)/bin
# A build of torch may be at hand for one Python only, so plain 3.11 goes first.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
OUT ?= demo-out
PYTEST := QT_QPA_PLATFORM=$${QT_QPA_PLATFORM:-offscreen} OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} $(BIN)/python -m pytest
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test test-slow lint shots bench bench-peers bundle system size clean

help:            ## this list
	@sed -n 's/^\([a-z-]*\): .*## /\1\t/p; s/^\([a-z-]*\):  *## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed (Debian: apt-get install python3-venv)."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-ready: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -e .
	@touch $@

$(VENV)/.test-ready: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -e '.[test]'
	@touch $@ $(VENV)/.run-ready

$(VENV)/.package-ready: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -e '.[package]'
	@touch $@ $(VENV)/.run-ready

run: $(VENV)/.run-ready  ## the main job on the sample case; with a display, the window on its result
	@packaging/system.sh offer $(BIN)/python
	$(BIN)/medsynth demo --out $(OUT)
	@if packaging/system.sh display $(BIN)/python; then exec $(BIN)/medsynth-gui $(OUT); \
	else echo "No display here: the result is in $(OUT); 'medsynth-gui $(OUT)' opens it."; fi

test: $(VENV)/.test-ready  ## linters, types, contracts and every quick test
	@packaging/system.sh require $(BIN)/python
	$(PYTEST) -q -n $(JOBS) -m "not slow and not benchmark"

test-slow: $(VENV)/.test-ready $(VENV)/.package-ready  ## wheel, bundle, long fuzz, kill tests
	@packaging/system.sh require $(BIN)/python
	$(PYTEST) -q -m "slow"

lint: $(VENV)/.test-ready  ## ruff, import contracts, types, sizes
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python packaging/size_report.py

size: $(VENV)/.test-ready  ## lines per file, class and function
	$(BIN)/python packaging/size_report.py --all

shots: $(VENV)/.test-ready  ## pictures of every workspace
	@packaging/system.sh require $(BIN)/python
	QT_QPA_PLATFORM=offscreen $(BIN)/python packaging/shots.py

bench: $(VENV)/.test-ready  ## start-up, first image, brush, undo, segmentation; each beside its floor
	@packaging/system.sh require $(BIN)/python
	$(PYTEST) -q -s -m benchmark tests/benchmarks

$(PEERS)/.ready: tests/benchmarks/peers/requirements.txt | $(BIN)/python
	$(BIN)/python -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --disable-pip-version-check -q -r $<
	@touch $@

bench-peers: $(PEERS)/.ready bench  ## bench beside labelme, napari and other decoders, kept in .venv-peers

bundle: $(VENV)/.package-ready  ## a one-folder program in dist/medsynth, then its smoke test
	$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller packaging/medsynth.spec
	$(BIN)/python packaging/smoke.py dist/medsynth

system:          ## install Qt's system libraries (Debian, root or sudo)
	@packaging/system.sh install

clean:           ## remove what was built, not .venv and .venv-peers
	rm -rf build dist demo-out shots .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -not -path './$(VENV)*' -prune -exec rm -rf {} +
