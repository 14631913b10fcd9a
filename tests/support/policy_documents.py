"""Policy documents for property tests: all that a tenant may write, from few words."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from ironcage.firewall import (
    Action,
    Finding,
    Origin,
    Policies,
    decide,
    merge_policies,
    parse_policy,
)
from ironcage.firewall.compliance import COMPLIANCE
from ironcage.firewall.presets import DETECTORS, PRESETS

Document = Mapping[str, Any]
TYPES = ("PROMPT_INJECTION", "SECRET", "CREDIT_CARD", "PERSON", "MODERATION_HATE", "OTHER_THING")
ORIGINS = ("user", "document", "system", "model")
KEYS = [*TYPES, *(f"{kind}:{origin}" for kind in TYPES[:4] for origin in ORIGINS[:3])]
ACTIONS = ("allow", "redact", "escalate", "block")
SCORES = (0, 0.25, 0.5, 0.75, 1)


def some_of(*words: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), unique=True, max_size=4)


def a_map(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(KEYS), values, max_size=4)


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "detectors": some_of(*DETECTORS),
    "actions": a_map(st.sampled_from(ACTIONS)),
    "otherwise": st.sampled_from(ACTIONS),
    "thresholds": a_map(st.sampled_from(SCORES)),
    "modes": st.dictionaries(st.sampled_from(TYPES[2:]), st.sampled_from(("full", "partial"))),
    "on_failure": st.sampled_from(("block", "allow")),
}
INPUT = {**FIELDS, "images": st.sampled_from(("block", "allow"))}
PATTERN = st.builds(
    lambda kind, pattern: {"id": kind.lower(), "type": kind, "pattern": pattern},
    st.sampled_from(("OTHER_THING", "BADGE")),
    st.sampled_from(("[A-Z]{2}", "x{1,9}")),
)
BANDS = st.dictionaries(st.sampled_from(("low", "medium", "high")), st.sampled_from(ACTIONS))
MODERATION: dict[str, st.SearchStrategy[Any]] = {
    "provider": st.sampled_from(("local", "openai", "none")),
    "categories": st.dictionaries(st.sampled_from(("HATE", "VIOLENCE")), BANDS),
}
PATHS = ("input", "output.actions", "input.actions.SECRET", "allow", "patterns", "compliance")
TOP: dict[str, st.SearchStrategy[Any]] = {
    "preset": st.sampled_from(sorted(PRESETS)),
    "compliance": some_of(*COMPLIANCE),
    "overridable": some_of(*PATHS),
    "allow": st.fixed_dictionaries(
        {}, optional={"values": some_of("a", "block"), "patterns": some_of("b+", "c.d")}
    ),
    "patterns": st.lists(PATTERN, max_size=2, unique_by=lambda row: row["id"]),
    "moderation": st.fixed_dictionaries({}, optional=MODERATION),
    "input": st.fixed_dictionaries({}, optional=INPUT),
    "output": st.fixed_dictionaries({}, optional=FIELDS),
}
DOCUMENTS: st.SearchStrategy[Document] = st.fixed_dictionaries({}, optional=TOP)
CLOSED: st.SearchStrategy[Document] = st.fixed_dictionaries(
    {}, optional={name: part for name, part in TOP.items() if name != "overridable"}
)


HATE = ("MODERATION_HATE", "MODERATION_HATE:user")
JUDGED = {
    "actions": st.dictionaries(st.sampled_from(HATE), st.sampled_from(ACTIONS)),
    "thresholds": st.dictionaries(st.sampled_from(HATE), st.sampled_from(SCORES)),
}
MODERATING: st.SearchStrategy[Document] = st.fixed_dictionaries(
    {"moderation": TOP["moderation"]},
    optional={"input": st.fixed_dictionaries({}, optional=JUDGED)},
)


def policies_of(*documents: Document) -> Policies:
    """Merge documents and read what comes of it."""
    return parse_policy(merge_policies(documents))


def action_of(policies: Policies, kind: str, *, origin: str, score: float) -> Action:
    """Tell what a finding leads to; one below its threshold leads to nothing."""
    finding = Finding(kind, "x/y", 0, 5, score=score)
    policy = policies.output if origin == "model" else policies.input
    judged = decide(finding, policy, Origin(origin))
    return judged.action if judged else Action.ALLOW
