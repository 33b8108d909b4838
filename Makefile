# The front door: each target makes what it needs first. ARGS="..." is handed to demo and to pytest.
.PHONY: help install demo test lint bench docs screenshots plugin clean
.NOTPARALLEL:

PYTHON ?= python3
export PYTHON
READY = .venv/.ready

help:
	@echo 'make install   .venv/bin/dunning, from python3 alone'
	@echo 'make demo      play the main job on the embedded panel (SERVE=1: leave it running for a browser)'
	@echo 'make test      install what the tests need, run them'
	@echo 'make lint      ruff, mypy, vermin, shellcheck'
	@echo 'make bench     measure, and write benchmarks/results.json'
	@echo 'make docs      write the generated pages in docs/ anew'
	@echo 'make screenshots   take the pictures in docs/images/ anew, in a real browser'
	@echo 'make plugin    dist/dunning.tar.gz, for the plugin manager of the panel'
	@echo 'make clean     remove .venv and all that was generated'

install: $(READY)-install

demo: $(READY)-install
	@.venv/bin/dunning demo $(if $(SERVE),--serve) $(ARGS)

test: $(READY)-test
	@tools/test.sh $(ARGS)

lint: $(READY)-lint
	@tools/lint.sh

bench: $(READY)-test
	@.venv/bin/python -m benchmarks $(ARGS)

docs: $(READY)-install
	.venv/bin/python -m dunning_plugin.cli.docs docs/cli.md
	.venv/bin/python -m dunning_plugin.config.docs docs/configuration.md
	.venv/bin/python -m dunning_plugin.sandbox.docs docs/sandbox.md

screenshots: $(READY)-test
	@.venv/bin/python -m tools.screenshots $(ARGS)

plugin: $(READY)-install
	@.venv/bin/python -m tools.build_plugin $(ARGS)

clean:
	rm -rf .venv .cache build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY)-%: setup.cfg pyproject.toml tools/setup.sh tools/plugin-wheels.lock tools/plugin-sdists.lock
	@tools/setup.sh $*
