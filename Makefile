# Two commands for a fresh machine: `make demo` and `make test`. Both need Python 3.11 or newer, no more.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# What the benches of names and circles look at besides the example, where it is there.
DATA ?= ../shared/data

.PHONY: demo test coverage soak bench lint clean

demo: $(VENV)/.installed
	$(BIN)/graphkoc demo

test: $(VENV)/.installed-dev
	$(BIN)/pytest -n auto --dist loadgroup --durations 10

# What of graphkoc the tests run; a tenth slower.
coverage: $(VENV)/.installed-dev
	$(BIN)/pytest -n auto --dist loadgroup --cov --cov-report=term

soak: $(VENV)/.installed-dev
	$(BIN)/pytest -m soak
	$(BIN)/pytest -n auto --dist loadgroup -m 'hypothesis and not soak' --hypothesis-profile soak

bench: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[fast]'
	$(BIN)/python bench/stores.py
	$(BIN)/python bench/circles.py --data $(DATA)
	$(BIN)/python bench/circles.py --follows 1000000
	$(BIN)/python bench/niches.py
	$(BIN)/python bench/names.py $(DATA)
	$(BIN)/python bench/authenticity.py
	$(BIN)/python bench/identity.py
	$(BIN)/python bench/forecast.py
	$(BIN)/python bench/loads.py

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) graphkoc-demo dist .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
