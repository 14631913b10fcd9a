"""What was just scanned is remembered: for its tenant, for five minutes, without its text."""

import gc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.firewall import (
    Action,
    Errand,
    Finding,
    FindingsMemory,
    Firewall,
    Origin,
    Policy,
    Question,
    RemoteDetectors,
    redact,
    standard_firewall,
)
from ironcage.firewall.memory import KEPT_SECONDS
from support.fakes_ledger import ManualClock
from support.fakes_scanner import NAME, LocalScanner, NameDetector

POLICY = Policy("v1", ("ner",), otherwise=Action.REDACT)
TEXT = f"Yesterday {NAME} told us about radium."
ASK = Question(TEXT, Origin.DOCUMENT, "Sum it up.")


class World:
    """One environment: its clock, its memory and the function that it asks."""

    def __init__(self, size: int = 100) -> None:
        self.clock = ManualClock()
        self.memory = FindingsMemory(self.clock, size=size)
        self.scanner = LocalScanner((NameDetector(),))
        self._firewall = standard_firewall().beside(
            RemoteDetectors({"ner": self.scanner}, self.memory)
        )

    def request(self, tenant: bytes = b"tenant-1", version: str = "v1") -> Firewall:
        """Open the firewall of one request."""
        return self._firewall.open(Errand(tenant_key=lambda: tenant, policy_version=version))

    def ask(self, question: Question = ASK, **request: Any) -> str:
        """Redact a text in a request of its own."""
        firewall = self.request(**request)
        firewall.prefetch([question], POLICY)
        verdict = firewall.inspect(question.text, question.origin, POLICY)
        assert firewall.versions(POLICY)
        return redact(question.text, verdict, POLICY)

    def calls(self) -> int:
        """Count the calls since the last time."""
        count = len(self.scanner.asked)
        self.scanner.asked.clear()
        return count


@pytest.fixture
def world() -> World:
    made = World()
    made.ask()
    assert made.calls() == 1
    return made


def test_known_text_is_not_asked_about_and_redacted_all_the_same(world: World) -> None:
    assert world.ask() == "Yesterday [REDACTED:PERSON] told us about radium."
    assert world.calls() == 0


@pytest.mark.parametrize(
    "request_",
    [{"tenant": b"tenant-2"}, {"version": "v2"}],
    ids=["another tenant", "another policy"],
)
def test_request_of_another_kind_is_asked_about(world: World, request_: dict[str, Any]) -> None:
    world.ask(**request_)

    assert world.calls() == 1


@pytest.mark.parametrize(
    "question",
    [
        Question(TEXT, Origin.USER, ASK.task),
        Question(TEXT, Origin.DOCUMENT, "Translate it."),
        Question(TEXT, Origin.DOCUMENT),
        Question(f"{TEXT} ", Origin.DOCUMENT, ASK.task),
        Question(f"\u200b{TEXT}", Origin.DOCUMENT, ASK.task),
        Question(f"{ASK.task}{TEXT}", Origin.DOCUMENT),
    ],
    ids=["origin", "task", "no task", "one space", "invisible", "joined"],
)
def test_another_question_is_asked(world: World, question: Question) -> None:
    assert NAME not in world.ask(question)
    assert world.calls() == 1


def test_newer_version_of_a_detector_is_asked_again(world: World) -> None:
    world.scanner.release = "b"
    world.ask(Question("something new", Origin.USER))  # with which the new version becomes known
    world.calls()

    world.ask()

    assert world.calls() == 1


def test_text_is_asked_about_again_after_five_minutes(world: World) -> None:
    world.clock.advance(KEPT_SECONDS - 0.001)
    world.ask()
    assert world.calls() == 0

    world.clock.advance(0.001)
    world.ask()

    assert world.calls() == 1


def test_use_does_not_make_a_memory_last_longer(world: World) -> None:
    for _ in range(3):
        world.clock.advance(KEPT_SECONDS / 3)
        world.ask()

    assert world.calls() == 1


def test_nothing_is_kept_under_no_key() -> None:
    world = World()

    for _ in range(2):
        world.ask(tenant=b"")

    assert world.calls() == 2


def test_failure_is_not_kept(world: World) -> None:
    other = Question("Another text.", Origin.USER)
    lenient = Policy("v1", ("ner",), on_failure=Action.ALLOW)
    with world.scanner.down():
        world.request().inspect(other.text, other.origin, lenient)
    world.calls()

    world.ask(other)

    assert world.calls() == 1


def test_text_with_very_many_findings_is_looked_at_again() -> None:
    world, crowded = World(), Question(f"{NAME} " * 40, Origin.USER)

    world.ask(crowded)
    world.ask(crowded)

    assert world.calls() == 2


def test_memory_is_bounded_and_forgets_what_nobody_asked_for() -> None:
    world = World(size=2)
    one, two, three = (Question(f"text {n}", Origin.USER) for n in range(3))
    for question in (one, two, one, three):
        world.ask(question)
    world.calls()

    world.ask(one)
    assert world.calls() == 0
    world.ask(two)
    assert world.calls() == 1


def test_memory_holds_digests_and_findings_and_no_text(world: World) -> None:
    seen, waiting, texts = set[int](), [world.memory], list[str | bytes]()
    while waiting:
        thing: Any = waiting.pop()
        if isinstance(thing, str | bytes):
            texts.append(thing)
        elif id(thing) not in seen and not isinstance(thing, type | ManualClock):
            seen.add(id(thing))
            waiting += gc.get_referents(thing)

    said = " ".join(t if isinstance(t, str) else t.decode("latin-1") for t in texts)
    assert "ner/person" in said
    assert not any(word in said for word in (NAME, "radium", "Sum it up", "tenant-1"))


@settings(max_examples=40)
@given(
    turns=st.lists(
        st.lists(st.sampled_from(["a", f"b {NAME}", f"{NAME} {NAME}", "c", " "]), max_size=4),
        max_size=4,
    ),
    steps=st.lists(st.sampled_from([0.0, 100.0, 400.0]), min_size=4, max_size=4),
)
def test_answers_are_the_same_with_and_without_a_memory(
    turns: list[list[str]], steps: list[float]
) -> None:
    kept = World(size=3)
    for turn, step in zip(turns, steps, strict=False):
        kept.clock.advance(step)
        for text in turn:
            question = Question(text, Origin.USER)
            forgetful = World()
            if text.strip():
                assert kept.ask(question) == forgetful.ask(question)


def test_finding_is_kept_raw_so_that_each_policy_judges_it_anew(world: World) -> None:
    strict = Policy("v1", ("ner",), otherwise=Action.BLOCK)

    verdict = world.request().inspect(TEXT, Origin.DOCUMENT, strict)

    assert verdict.action is Action.BLOCK
    assert isinstance(verdict.findings[0], Finding)
