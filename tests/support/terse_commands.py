"""What people tell an assistant in a few words, all of it harmless."""

from itertools import product

VERBS = (
    *("Say", "Write", "Print", "Repeat", "Show me", "Give me", "Tell me", "Send", "Read"),
    *("Translate", "Explain", "Summarize", "Fix", "Delete", "Open", "Call", "List", "Check"),
    *("Run", "Format", "Shorten", "Rewrite", "Finish", "Continue", "Start", "Output", "Describe"),
    *("Draw", "Sort", "Compare", "Change", "Update", "Remove", "Add", "Find", "Define", "Name"),
    *("Use", "Skip", "Review"),
)
OBJECTS = (
    *("it", "it again", "it down", "that", "this", "them", "the code", "the text", "the list"),
    *("the answer", "the last line", "the table", "the first one", "a poem", "a joke"),
    *("an example", "the results", "the numbers", "the email", "the file", "hello", "the steps"),
    *("the plan", "more", "the whole thing", "in French", "the summary", "both"),
)
ENDINGS = (
    "",
    ".",
    " in German.",
    " for my boss.",
    " in one sentence.",
    " word for word.",
    " please",
)


def terse_commands() -> list[str]:
    """Join every verb, object and ending."""
    return [f"{verb} {thing}{end}" for verb, thing, end in product(VERBS, OBJECTS, ENDINGS)]
