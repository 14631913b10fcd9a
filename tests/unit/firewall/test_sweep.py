"""A sweep looks again while values uncover each other, but not for ever."""

import pytest

from ironcage.firewall import Reading
from ironcage.firewall.detectors.patterns import PatternDetector

# A link shows once nothing but a gap stands behind it: so a chain of them shows from its end on.
PACK = """
[[rule]]
id = "link"
type = "LINK"
keywords = ["ab"]
trigger = "ab"
patterns = ["ab[0-9]"]
chars = "0-9"
right = "a"
"""
LINKS = PatternDetector("links", lambda: PACK)


@pytest.mark.parametrize(
    ("links", "seen"), [(1, 1), (8, 8), (9, 0)], ids=["one", "as_many_as_rounds", "one_too_many"]
)
def test_stream_releases_nothing_of_a_chain_that_is_too_long(links: int, seen: int) -> None:
    text = "ab1" * links + " "

    scan = LINKS.scan(Reading(text, text, is_last=False))

    assert len(scan.sightings) == seen
    assert scan.hold == (len(text) if seen else 0)


def test_whole_text_shows_the_end_of_a_chain_that_is_too_long() -> None:
    text = "ab1" * 10 + " "

    scan = LINKS.scan(Reading(text, text))

    assert [s.finding.start for s in scan.sightings] == list(range(3, 30, 3))
    assert scan.hold == len(text)
