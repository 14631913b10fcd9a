"""The trained guardrails: models that read texts for what no pattern describes (step 2)."""

from ironcage.guardrails.classifier import InjectionClassifier, Judgement

__all__ = ["InjectionClassifier", "Judgement"]
