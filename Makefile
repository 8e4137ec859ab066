# Two commands for a fresh machine: `make demo` and `make test`. Both need Python 3.11 or newer, no more.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# What the benches of names, circles and content look at besides the example, where it is there.
DATA ?= ../shared/data
# What an install is made of. Everything runs on the package as its wheel installs it, so it is made again when
# one of these changes; for work on the code, `pip install -e '.[dev]'` saves that.
SOURCES := pyproject.toml README.md $(shell find graphkoc cypher loaders examples -type f -not -name '*.pyc')
# The workers keep every core busy: libraries that start a thread for each of them would only wait.
ONE_THREAD = OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.PHONY: demo test coverage soak bench lint clean

demo: $(VENV)/.installed
	$(BIN)/graphkoc demo

test: $(VENV)/.installed-dev
	$(ONE_THREAD) $(BIN)/pytest -n auto --dist loadgroup --durations 10

# What of graphkoc the tests run; a tenth slower.
coverage: $(VENV)/.installed-dev
	$(ONE_THREAD) $(BIN)/pytest -n auto --dist loadgroup --cov --cov-report=term

soak: $(VENV)/.installed-dev
	$(BIN)/pytest -m soak
	$(ONE_THREAD) $(BIN)/pytest -n auto --dist loadgroup -m 'hypothesis and not soak' --hypothesis-profile soak

bench: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[fast]'
	$(BIN)/python bench/stores.py
	$(BIN)/python bench/circles.py --data $(DATA)
	$(BIN)/python bench/circles.py --follows 1000000
	$(BIN)/python bench/niches.py
	$(BIN)/python bench/names.py $(DATA)
	$(BIN)/python bench/authenticity.py
	$(BIN)/python bench/identity.py
	$(BIN)/python bench/forecast.py --data $(DATA)
	$(BIN)/python bench/forecast_size.py
	$(BIN)/python bench/content.py --data $(DATA)
	$(BIN)/python bench/loads.py
	$(BIN)/python bench/plan.py
	$(BIN)/python bench/plan.py --follows 10000000
	$(BIN)/python bench/lift.py
	$(BIN)/python bench/explorer.py
	$(BIN)/python bench/explorer.py

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[dev]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) graphkoc-demo dist .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
