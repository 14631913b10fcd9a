"""Secrets: ours beside detect-secrets, on the same planted values and the same ordinary texts.

The planted values are drawn from our own list of formats, so our recall on them says only that
the rules work; the peer's says how much of that list it knows. Ordinary texts are what stands on
every development machine: sources, lists of hashes, lock files and prose.
"""

import json
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT
from ironcage.firewall import NormalisedText, Origin, secrets_detector
from support.builders_secrets import examples, filled

PEER = ROOT / "build" / "guardrail_peers" / "bin" / "python"
PIECE = 4_096
MOST_SOURCES = 600
MOST_PIECES = 200
PERCENT = 100

# Runs where the peer is installed: texts in, how many secrets each holds and the CPU time out.
PEER_CODE = """
import json, pathlib, sys, tempfile, time
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings
texts = json.load(sys.stdin)
with default_settings(), tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "text"
    path.write_text("warm")
    list(scan_file(str(path)))
    counts, begun = [], time.process_time()
    for text in texts:
        path.write_text(text, errors="replace")
        counts.append(len(list(scan_file(str(path)))))
    print(json.dumps([counts, (time.process_time() - begun) * 1000]))
"""

Say = Callable[[str], None]
Scan = Callable[[Sequence[str]], tuple[list[int], float]]


@dataclass(frozen=True)
class Figures:
    """How many texts were flagged, and CPU milliseconds a text."""

    flagged: int
    texts: int
    each_ms: float

    def __str__(self) -> str:
        share = PERCENT * self.flagged / self.texts
        return f"{self.flagged:>5} of {self.texts:<5} {share:6.2f} %  {self.each_ms:8.3f} ms a text"


def planted() -> list[str]:
    """List each example of each rule in a sentence."""
    return [f"Here it is: {text} and so on." for text in _values()]


def assigned() -> list[str]:
    """List the same examples as code has them: values in quotes, which the peer waits for."""
    return [text if " " in text or '"' in text else f'value = "{text}"' for text in _values()]


def near_misses() -> list[str]:
    """List what looks like a secret and is none."""
    return [
        f"Here it is: {text} and so on."
        for example in examples().values()
        for text in (*example.near_misses(), *example.stand_ins())
    ]


def ordinary() -> Mapping[str, list[str]]:
    """Group texts that hold no secret, cut to 4 kB."""
    standard = Path(sysconfig.get_path("stdlib"))
    packages = Path(sysconfig.get_path("purelib"))
    sources = sorted(path for path in standard.glob("*/*.py") if path.parts[-2] != "test")
    prose = [*ROOT.glob("*.md"), *sorted(packages.glob("*.dist-info/METADATA"))]
    return {
        "Python sources": [_start(path) for path in sources[:MOST_SOURCES]],
        "lists of hashes": [
            _start(path) for path in sorted(packages.glob("*.dist-info/RECORD"))[:MOST_PIECES]
        ],
        "lock files": [*_pieces(ROOT / "uv.lock"), *_pieces(ROOT / "package-lock.json")],
        "prose": [piece for path in prose for piece in _pieces(path)][: 5 * MOST_PIECES],
    }


def report(say: Say) -> None:
    """Print recall, false positives and cost, ours and the peer's."""
    scans: dict[str, Scan] = {"ours": ours}
    if PEER.exists():
        scans["detect-secrets 1.5.0"] = peer
    rows = {
        "planted in prose": planted(),
        "planted in code": assigned(),
        "near-misses": near_misses(),
        **ordinary(),
    }
    say(f"secrets: {len(secrets_detector().rules)} rules; texts flagged, CPU time")
    for name, texts in rows.items():
        for who, scan in scans.items():
            say(f"  {name:<16} {who:<22} {measured(scan, texts)}")


def measured(scan: Scan, texts: Sequence[str]) -> Figures:
    """Scan texts and count those in which something was seen."""
    counts, spent_ms = scan(texts)
    return Figures(sum(map(bool, counts)), len(texts), spent_ms / len(texts))


def ours(texts: Sequence[str]) -> tuple[list[int], float]:
    """Scan with our rules, ready before the clock starts."""
    detector = secrets_detector()
    detector.detect(NormalisedText("warm"), Origin.MODEL)
    begun = time.process_time()
    counts = [len(detector.detect(NormalisedText(text), Origin.MODEL)) for text in texts]
    return counts, (time.process_time() - begun) * 1000


def peer(texts: Sequence[str]) -> tuple[list[int], float]:
    """Scan with detect-secrets in its own environment, with its default settings."""
    done = subprocess.run(  # noqa: S603 - our own code
        [str(PEER), "-c", PEER_CODE],
        input=json.dumps(texts),
        capture_output=True,
        check=True,
        text=True,
    )
    counts, spent_ms = json.loads(done.stdout)
    return counts, spent_ms


def _values() -> list[str]:
    rows = examples().values()
    return [filled(template, example.rule) for example in rows for template in example.seen]


def _start(path: Path) -> str:
    return path.read_text(errors="replace")[:PIECE]


def _pieces(path: Path) -> Iterator[str]:
    text = path.read_text(errors="replace")[: MOST_PIECES * PIECE]
    yield from (text[at : at + PIECE] for at in range(0, len(text), PIECE))
