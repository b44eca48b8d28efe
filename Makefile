# Gatepass. `make demo` and `make test` are all one needs at first; `make help` lists the rest.
PORT ?= 8000
PY = .venv/bin/python
MANAGE = $(PY) manage.py

.PHONY: help demo packet serve test check bench mutations sbom self-audit messages fmt screenshots clean run-ready test-ready
.DEFAULT_GOAL = help

help:  ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

demo: run-ready  ## everything from nothing, with a demo organisation, on http://127.0.0.1:8000/
	@$(MANAGE) demo
	@$(MANAGE) up --port $(PORT)

packet: run-ready  ## the demo's application package into out/, verified, without serving
	@$(MANAGE) demo --out out

serve: run-ready  ## the portal without demo data
	@$(MANAGE) up --port $(PORT)

test: test-ready  ## the whole suite, on SQLite and on a private PostgreSQL
	@$(PY) tools/test_all.py

check: test-ready  ## format, lint, rooms, types, migrations, deployment, Korean, drawn states
	@$(PY) tools/check.py

bench: test-ready  ## measurements, see benchmarks/README.md
	@$(PY) -m benchmarks

mutations: test-ready  ## ten thousand damaged scan results, a line a parser
	@$(PY) -m benchmarks mutations

sbom: test-ready  ## the bill of materials (CycloneDX) into out/sbom.json
	@mkdir -p out
	@$(PY) tools/sbom.py out/sbom.json && echo out/sbom.json

self-audit: test-ready  ## the portal judged by its own profile: tests, scan, packet, into out/self-audit
	@$(PY) tools/self_audit.py

messages: test-ready  ## write missing strings into the catalogues and compile them
	@$(PY) tools/messages.py update
	@$(PY) tools/messages.py compile

fmt: test-ready  ## format the code and mend what ruff can
	@.venv/bin/ruff check --fix -q . ; .venv/bin/ruff format .

screenshots: test-ready  ## the journeys once more, leaving the README's pictures in docs/images
	@SCREENSHOTS=1 $(PY) -m pytest tests/journeys -q

clean:  ## caches and built packages; never data
	rm -rf out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

run-ready:
	@tools/bootstrap run
	@$(PY) tools/prepare.py

test-ready:
	@tools/bootstrap test
	@$(PY) tools/messages.py compile
