# Two commands for a newcomer: make demo, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
# The tests start many processes: each would compile every module again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-all check bench wheel install install-test train clean docs

$(VENV)/.base: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "licit needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[tokens,web]'
	@touch $@

$(VENV)/.test: $(VENV)/.base
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[tokens,web,dev,bench]'
	@command -v chromium >/dev/null || apt-get install -qq -y chromium >/dev/null 2>&1 \
		|| echo 'No Chromium: the tests in a browser are skipped. Debian: apt install chromium'
	@touch $@

# Others' models and frameworks are tried for real. torch comes for the processor alone, from its own index: any other draws gigabytes.
$(VENV)/.all: $(VENV)/.test
	@$(BIN)/pip install --quiet --disable-pip-version-check --index-url https://download.pytorch.org/whl/cpu 'torch>=2.6' \
		&& $(BIN)/pip install --quiet --disable-pip-version-check -e '.[tokens,web,dev,bench,transformers,datasets]' && touch $@ \
		|| echo 'No torch, transformers or datasets could be installed: the tests that need them are skipped, and say so.'

install: $(VENV)/.base
install-test: $(VENV)/.test

demo: $(VENV)/.base
	@$(BIN)/licit demo

test: $(VENV)/.test
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m 'not slow'
	@echo 'All rules hold. Next: make demo, then open the report it names.'

test-all: $(VENV)/.all
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: $(VENV)/.test
	$(BIN)/ruff check src tests bench examples
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m docs.build --check

docs: $(VENV)/.test
	$(BIN)/python -m docs.build

bench: $(VENV)/.test
	$(BIN)/python -m bench

$(VENV)/.train: $(VENV)/.base
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[train]'
	@touch $@

# Builds the bundled tagger again, from the corpora in DATA: about ten minutes on two quiet cores.
train: $(VENV)/.train
	$(BIN)/python -m training $(or $(DATA),../shared/data)

wheel: $(VENV)/.test
	$(BIN)/python -m build --wheel --outdir dist .

clean:
	rm -rf $(VENV) build dist *.egg-info src/*.egg-info
