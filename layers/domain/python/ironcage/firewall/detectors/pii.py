"""Personal data with a form: patterns proven by checksums and ranges, under Presidio's names."""

from functools import cache

from ironcage.firewall.detectors.packs import read_pack
from ironcage.firewall.detectors.patterns import PatternDetector


@cache
def pii_detector() -> PatternDetector:
    """Build the detector `pii`; its rules are read on first use."""
    return PatternDetector("pii", lambda: read_pack("pii"))
