PYTHON ?= python3
VENV := .venv/bin/python
INSTALL := $(PYTHON) learningcity/local/install.py
# Some machines forbid Python to keep its bytecode; without it every start takes three times as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test cover lint

help:
	@echo "make run     start the portal: PORT=8123 make run chooses the port; Ctrl-C stops it and keeps the data"
	@echo "make test    run the tests: ARGS='-k enrol' chooses some of them"
	@echo "make cover   run the tests of the services and name the lines and branches that none of them takes"
	@echo "make lint    check style and layout of the code"

run:
	@$(INSTALL) requirements.txt
	@$(VENV) manage.py up

test:
	@$(INSTALL) learningcity/requirements/tests.txt
	@$(VENV) -m pytest $(ARGS)

cover:
	@$(INSTALL) learningcity/requirements/tests.txt
	@$(VENV) -m pytest participants learningcity -m "not browser" --cov --cov-report=term $(ARGS)

lint:
	@$(INSTALL) learningcity/requirements/tests.txt
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
