"""The pipeline runs what the policy names, judges by the strictest, and fails closed."""

import pytest

import ironcage.firewall
from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import (
    Action,
    Finding,
    Firewall,
    Origin,
    Verdict,
    standard_firewall,
)
from support.builders_firewall import a_policy
from support.fakes_firewall import BrokenDetector, FixedDetector


def test_strictest_finding_decides_and_all_are_kept_in_order() -> None:
    firewall = Firewall(
        {"fixed": FixedDetector(Finding("B", "fixed", 4, 6), Finding("A", "fixed", 0, 2))}
    )
    policy = a_policy("fixed", actions={"A": Action.BLOCK}, otherwise=Action.ALLOW)

    verdict = firewall.inspect("some text", Origin.USER, policy)

    assert verdict.action is Action.BLOCK
    assert [(f.type, f.action) for f in verdict.findings] == [
        ("A", Action.BLOCK),
        ("B", Action.ALLOW),
    ]


def test_harmless_text_is_allowed() -> None:
    assert standard_firewall().inspect("Hello.", Origin.USER, a_policy()) == Verdict()


def test_detector_that_breaks_lets_nothing_pass() -> None:
    firewall = Firewall({"broken": BrokenDetector(), "fixed": FixedDetector()})

    with pytest.raises(FirewallUnavailable) as caught:
        firewall.inspect("text", Origin.USER, a_policy("fixed", "broken"))

    assert caught.value.details == {"detector": "broken"}
    assert isinstance(caught.value.__cause__, MemoryError)


def test_detector_that_is_not_there_lets_nothing_pass() -> None:
    with pytest.raises(FirewallUnavailable):
        Firewall({}).inspect("text", Origin.USER, a_policy("pii"))


def test_versions_tell_what_is_looked_for() -> None:
    versions = standard_firewall().versions(a_policy("injection", "secrets", "pii"))

    assert list(versions) == ["injection", "secrets", "pii"]
    assert len(set(versions.values())) == 3
    assert all(len(version) == 16 for version in versions.values())


def test_version_that_cannot_be_told_lets_nothing_pass() -> None:
    with pytest.raises(FirewallUnavailable):
        Firewall({"broken": BrokenDetector()}).versions(a_policy("broken"))


def test_public_face_is_sorted_and_complete() -> None:
    names = ironcage.firewall.__all__

    assert names == sorted(names)
    assert all(hasattr(ironcage.firewall, name) for name in names)
