"""The models are opened once."""

import pytest

from ironcage.guardrails import InjectionClassifier


@pytest.fixture(scope="session")
def classifier() -> InjectionClassifier:
    """Open the shipped models."""
    return InjectionClassifier()
