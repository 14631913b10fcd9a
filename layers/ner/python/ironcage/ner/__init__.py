"""Names in free text: people, places, organisations and addresses (steps 2 and 8)."""

from ironcage.ner.detector import NerDetector

__all__ = ["NerDetector"]
