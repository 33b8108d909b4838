.PHONY: install test lint
install: .venv/bin/dunning
.venv/bin/dunning: setup.cfg pyproject.toml
	python3 -m venv .venv
	.venv/bin/pip install -q -e '.[test,dev]'
	touch .venv/bin/dunning
test: install
	.venv/bin/python -m pytest -n 2
lint: install
	.venv/bin/ruff check src tests
	.venv/bin/mypy
