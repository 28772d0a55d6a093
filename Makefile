# One command a task; `make` with no target lists them.
PORT ?= 8000
W ?= W4
# The tests of `make test`, and those of `make check`; `make release` runs all.
FAST := "not slow or sample"
ALL := "not repeated and not smaller"
BIN := .venv/bin
# The tools that build the documentation and lint files that aren't Python, apart from .venv.
TOOLS := .venv/tools/bin
PYTHON ?= python3
# If PYTHON is given, a .venv of another interpreter is made anew.
ifneq ($(origin PYTHON),file)
INTERPRETER := -c 'import sys; print(sys.base_prefix, sys.version)'
OTHER := $(shell test "$$($(PYTHON) $(INTERPRETER))" = "$$($(BIN)/python $(INTERPRETER) 2>&1)" || echo other)
endif
PAGE := server/assets/graphiql/licences.txt
# What only the checks of web/ and the tests need is not installed for anything else.
OMIT := $(if $(filter check code browsers collected web test coverage,$(MAKECMDGOALS)),,--omit=dev)
PACKAGES := web/packages/js/dist/.built
SCRIPTS := server/assets/js/tenantry.js
DEMO := server/assets/demo/index.html
CLIENTS := $(patsubst %/package.json,%/node_modules/.package-lock.json,$(wildcard tests/clients/*/package.json tests/node/package.json))

# The scripts of npm find the Node.js of .venv, whatever the machine has.
export PATH := $(CURDIR)/$(BIN):$(PATH)

# Compiled modules are kept: tests start many processes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: other help install dev demo test check code browsers collected web units beside types coverage lint docs docs-serve screenshots breaking release container-check bench bench-web profile format lock clean

help: ## List what there is.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null || grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST)

install: .venv/installed $(PAGE) $(PACKAGES) $(SCRIPTS) $(DEMO) $(CLIENTS) ## Make .venv from the lock, the pages, and the packages for browsers.
	@if test "$(MAKECMDGOALS)" = install; then echo "Tenantry is installed in .venv. To try it, run: make dev. All commands: make"; fi

# uv installs the lock ten times faster than pip; where it can't reach the index, pip does the same work.
.venv/installed: requirements.lock uv.lock.txt pyproject.toml clients/python/pyproject.toml $(OTHER)
	@$(if $(OTHER),rm -rf .venv)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tenantry needs Python 3.11 or newer, this is " + sys.version.split()[0] + ". Try: make $(MAKECMDGOALS) PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the packages of requirements.lock …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r uv.lock.txt
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock \
		|| $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e . -e clients/python
	@touch $@

web/node_modules/.package-lock.json: .venv/installed web/package-lock.json web/.npmrc
	@echo "Installing the packages of web/package-lock.json …"
	@$(BIN)/npm ci --prefix web $(OMIT) --no-progress --no-audit --no-fund --loglevel=error
	@touch $@ $(if $(OMIT),,web/node_modules/.tools)

%/node_modules/.package-lock.json: .venv/installed %/package-lock.json %/package.json %/.npmrc
	@echo "Installing the packages of $*/package-lock.json …"
	@$(BIN)/npm ci --prefix $* --no-progress --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGE): web/node_modules/.package-lock.json $(wildcard web/graphiql/*)
	@echo "Building the GraphiQL page …"
	@$(BIN)/node web/graphiql/build.mjs

# The packages for browsers and Node.js: .js and .d.ts from their TypeScript.
$(PACKAGES): web/node_modules/.package-lock.json $(wildcard web/tsconfig*.json) $(shell find web/packages/*/src -type f)
	@echo "Building the packages of web/packages …"
	@$(BIN)/npm run build --prefix web --silent
	@touch $@

# The packages as scripts for pages without a build step.
$(SCRIPTS): $(PACKAGES) $(wildcard web/scripts/*)
	@echo "Building the scripts …"
	@$(BIN)/npm run scripts --prefix web --silent
	@touch $@

$(DEMO): $(PACKAGES) $(shell find web/demo -type f -not -path '*/dist/*' -not -path '*/node_modules/*')
	@echo "Building the demo …"
	@$(BIN)/npm run demo --prefix web --silent
	@touch $@

dev: install ## Serve on http://127.0.0.1:8000 with a demo company (make dev PORT=8001).
	@$(BIN)/tenantry dev --port $(PORT)

demo: install ## Serve as make dev does, and the demo with hot reload on http://127.0.0.1:5173/demo/.
	@trap 'kill 0' INT TERM EXIT; \
		$(BIN)/tenantry dev --port $(PORT) & \
		TENANTRY_URL=http://127.0.0.1:$(PORT) PATH="$(CURDIR)/$(BIN):$$PATH" npm run dev --prefix web/demo --silent & wait

test: install web/node_modules/.tools ## Run the tests on SQLite and on PostgreSQL, without the slow ones.
	$(BIN)/pytest -m $(FAST)

check: install web/node_modules/.tools .venv/tools/installed docsite/node_modules/.package-lock.json ## Everything that CI runs: format, lint, types, import law, SDL, documentation, all tests.
	@mkdir -p var && echo "didn't run" > var/tests.status
	@$(FIRST)
	@nice $(BESIDE) > var/check.log 2>&1 & beside=$$!; \
		$(BIN)/pytest -m $(ALL); failed=$$?; echo $$failed > var/tests.status; \
		echo "While the tests ran:"; wait $$beside || failed=1; cat var/check.log; exit $$failed

# Apart, because `make -n` runs recipes that name $(MAKE).
FIRST = $(MAKE) --jobs 2 --output-sync --no-print-directory code browsers collected
BESIDE = $(MAKE) --keep-going --no-print-directory beside

code: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/tenantry export-schema --check --to graphql/schema.graphql
	$(BIN)/python -m release breaking

browsers: install web/node_modules/.tools
	@npm run check --prefix web --silent

# Compiles the tests once, which each process that runs them would do otherwise.
collected: install
	@$(BIN)/pytest --collect-only -qq -n 0 > var/collected.log || { cat var/collected.log; exit 1; }

# What `make check` does in the time that the tests leave, because they wait for processes and sockets.
# The documentation is built by `tests/documentation/test_site.py`.
beside: types lint units

# npm ci removes node_modules, but what was built with it is still right.
web/node_modules/.tools: web/package-lock.json | web/node_modules/.package-lock.json
	@echo "Installing the tools that check web/ …"
	@$(BIN)/npm ci --prefix web --no-progress --no-audit --no-fund --loglevel=error
	@touch web/node_modules/.package-lock.json $(PAGE) $(PACKAGES)
	@touch $(SCRIPTS) $(DEMO) $@

web: browsers ## Check the packages for browsers: format, types, unit tests, and sizes.
	@npm test --prefix web --silent

units: install web/node_modules/.tools
	@npm test --prefix web --silent

types: install
	$(BIN)/pyright

coverage: install web/node_modules/.tools ## Measure what the fast tests cover.
	$(BIN)/pytest -m $(FAST) --cov

.venv/tools/installed: docsite/requirements.lock .venv/installed
	@echo "Installing the packages of docsite/requirements.lock …"
	@test -x $(TOOLS)/python || $(BIN)/python -m venv --without-pip .venv/tools
	@$(BIN)/uv pip sync --quiet --python $(TOOLS)/python --require-hashes docsite/requirements.lock \
		|| $(BIN)/pip --python $(TOOLS)/python install --quiet --require-hashes -r docsite/requirements.lock
	@touch $@

lint: .venv/tools/installed ## Lint the workflows, the container image, and the compose file.
	$(TOOLS)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(TOOLS)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	$(TOOLS)/check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/compose.yaml
	$(TOOLS)/zizmor --quiet --offline --no-progress .github
	@if test -x $(TOOLS)/hadolint; then echo $(TOOLS)/hadolint deploy/Containerfile; $(TOOLS)/hadolint deploy/Containerfile; fi

docs: install .venv/tools/installed docsite/node_modules/.package-lock.json ## Build the documentation in var/site, without the network.
	@$(BIN)/python -m docsite build

docs-serve: install .venv/tools/installed docsite/node_modules/.package-lock.json ## Show the documentation on http://127.0.0.1:8001, and follow changes.
	@$(BIN)/python -m docsite serve

screenshots: install ## Take the screenshots of docs/images again, with Chromium.
	@$(BIN)/python -m docsite screenshots

breaking: install ## Compare the schema with the one of the last release.
	@$(BIN)/python -m release breaking

release: install ## Check, build, and try the wheel of a version (make release VERSION=0.2.0).
	@$(BIN)/python -m release prepare "$(VERSION)"
	@$(MAKE) check ALL='""'
	@$(BIN)/python -m release build "$(VERSION)"

container-check: ## Build the container image, and wait until it is healthy (needs Docker).
	docker compose --env-file tests/support/processes/compose.env -f deploy/compose.yaml up --build --wait --wait-timeout 120
	docker compose --env-file tests/support/processes/compose.env -f deploy/compose.yaml down --volumes

bench: install ## Measure nine workloads beside two floors (make bench ARGS="--database sqlite").
	$(BIN)/python -m bench $(ARGS)

bench-web: install ## Measure what a person at a browser waits for (make bench-web ARGS="--minutes 3").
	$(BIN)/python -m bench.browser $(ARGS)

profile: install ## Show where the time of a workload goes, with a flame graph in var/ (make profile W=W2).
	@mkdir -p var
	$(BIN)/python -m bench --database sqlite --organizations 60 --users 3000 --members 400 --callers 40 --seconds 5 \
		--workloads $(W) --profile var $(ARGS)

format: install ## Format the code, fix what lint can fix, export the schema and the reference pages.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/tenantry export-schema --to graphql/schema.graphql
	$(BIN)/python -m docsite reference

lock: ## Resolve the dependencies anew and write the locks, with hashes and without addresses.
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--group dev pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra traces --constraint requirements.lock pyproject.toml -o deploy/requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--group pyproject.toml:docs -o docsite/requirements.lock
	$(BIN)/python -c "import re, pathlib; text = pathlib.Path('requirements.lock').read_text(); \
		pathlib.Path('uv.lock.txt').write_text(re.search(r'^uv==(?:.*\\\\\n)+.*\n', text, re.M)[0])"
	$(BIN)/npm install --prefix web --package-lock-only --silent
	$(BIN)/npm install --prefix examples/next --package-lock-only --silent
	$(BIN)/node web/strip-lock.mjs web/package-lock.json examples/next/package-lock.json

clean: ## Remove what install made; the data in ./var stay.
	rm -rf .venv web/node_modules web/packages/*/dist docsite/node_modules tests/clients/*/node_modules tests/node/node_modules server/assets dist
