# Tasks of a developer; `make setup` first. What users run is `workbook-tools`.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: setup test format bench demo windows clean

setup:            ## a virtual environment with everything tests and benchmarks need
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -e '.[test]'

test:             ## all tests, lint and types included
	$(BIN)/python -m pytest -n auto

format:           ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench:            ## figures, never part of pass or fail
	$(BIN)/python -m tests.benchmarks.distribute
	$(BIN)/python -m tests.benchmarks.collect
	$(BIN)/python -m tests.benchmarks.consolidate
	$(BIN)/python -m tests.benchmarks.scale

demo:             ## a whole year on the sample plan in ./demo
	$(BIN)/workbook-tools demo demo

windows:          ## dist/workbook-tools-windows.zip: the folder for a PC without internet
	$(BIN)/python -m tests.windows.build

clean:
	rm -rf .venv demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
