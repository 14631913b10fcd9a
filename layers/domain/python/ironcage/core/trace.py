"""Trace ids: W3C `traceparent` and X-Ray headers are two spellings of one identity.

Pure text in, pure text out. A malformed or all-zero value is treated as absent, as the W3C
recommendation demands; a caller's value is never repaired.
"""

import re
from dataclasses import dataclass

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_XRAY_ROOT = re.compile(r"1-([0-9a-f]{8})-([0-9a-f]{24})")
_XRAY_PARENT = re.compile(r"[0-9a-f]{16}")
_SAMPLED_BIT = 0x01
_KNOWN_VERSION = "00"
_FORBIDDEN_VERSION = "ff"


@dataclass(frozen=True, slots=True)
class TraceContext:
    """One place in one trace: 32 hex digits, 16 hex digits, and whether it is sampled."""

    trace_id: str
    parent_id: str
    is_sampled: bool


def parse_traceparent(header: str | None) -> TraceContext | None:
    """Read a `traceparent` header; None if it is absent, malformed, zero or of version ff."""
    match = _TRACEPARENT.fullmatch(header.strip()) if header else None
    if match is None:
        return None
    version, trace_id, parent_id, flags, more = match.groups()
    if version == _FORBIDDEN_VERSION or (version == _KNOWN_VERSION and more is not None):
        return None
    return _context(trace_id, parent_id, is_sampled=bool(int(flags, 16) & _SAMPLED_BIT))


def trace_id_of(traceparent: str | None, xray: str | None = None) -> str:
    """Name the trace that a caller (first) or our own platform started; empty if neither did."""
    context = parse_traceparent(traceparent) or from_xray(xray)
    return context.trace_id if context else ""


def make_traceparent(context: TraceContext) -> str:
    """Write a `traceparent` header of version 00 with the sampled bit alone."""
    flags = "01" if context.is_sampled else "00"
    return f"00-{context.trace_id}-{context.parent_id}-{flags}"


def from_xray(header: str | None) -> TraceContext | None:
    """Read an `X-Amzn-Trace-Id` (or `_X_AMZN_TRACE_ID`); None without a whole Root and Parent."""
    pairs = (part.strip().partition("=") for part in (header or "").split(";"))
    parts = {name: value for name, _, value in pairs}
    root = _XRAY_ROOT.fullmatch(parts.get("Root", ""))
    parent = _XRAY_PARENT.fullmatch(parts.get("Parent", ""))
    if root is None or parent is None:
        return None
    return _context("".join(root.groups()), parent[0], is_sampled=parts.get("Sampled") == "1")


def to_xray(context: TraceContext) -> str:
    """Write the X-Ray spelling of a trace context."""
    root = f"1-{context.trace_id[:8]}-{context.trace_id[8:]}"
    return f"Root={root};Parent={context.parent_id};Sampled={int(context.is_sampled)}"


def _context(trace_id: str, parent_id: str, *, is_sampled: bool) -> TraceContext | None:
    if not int(trace_id, 16) or not int(parent_id, 16):
        return None
    return TraceContext(trace_id, parent_id, is_sampled)
