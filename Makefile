# make demo: install, then the main job on what the project ships.   make test: install, then the fast tests.
VENV   := .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
REPORT := data/reports/changyu_2021.txt

.PHONY: install demo test check studio-server browser studio-test screenshots clean

install: $(VENV)/.installed

# One pip run with pinned versions: torch is resolved together with everything that depends on it.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch --editable '.[dev]'
	touch $@

demo: install
	rm -rf runs/demo runs/demo-parts
	@echo "── read: what is in a report"
	$(BIN)/baogao read $(REPORT) --format table
	@echo "── check: are the annotations sound"
	$(BIN)/baogao check annotations/original
	@echo "── train: a tagger on the shipped encoder (a few minutes)"
	$(BIN)/baogao train experiment=demo output=runs/demo
	@echo "── evaluate: per entity, on places that it never saw; to look at: runs/demo-parts/report.html"
	$(BIN)/baogao corpus split annotations/original runs/demo-parts --development 0.15 --test 0.15
	$(BIN)/baogao evaluate runs/demo runs/demo-parts/test.jsonl --report runs/demo-parts/report.html
	@echo "── predict: the spans of a report, by the tagger that comes with the package"
	$(BIN)/baogao predict $(REPORT) --format table

test: install
	$(BIN)/python -m pytest -n 2 -m "not slow and not integration and not browser"

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A real Label Studio server for the tests, in .venv-studio: installed and its database set up, once.
studio-server: install
	$(BIN)/python -c "import sys; sys.path.insert(0, 'tests'); import studio_server; studio_server.template()"

# Chromium and a Chinese font for the tests of the page: by apt where they are missing and may be installed.
browser: install
	.ci/browser

studio-test: studio-server browser
	$(BIN)/python -m pytest -m "integration or browser"

# The pictures of docs/annotators.zh.md, from the real page.
screenshots: studio-server browser
	$(BIN)/python tests/screenshots.py

clean:
	rm -rf $(VENV) .venv-studio runs build dist
