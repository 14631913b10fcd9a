"""What a prompt will ask of detectors that run elsewhere, so that it can be asked all at once.

A document is asked about together with its task: what the user said last before it. That stays
the same while the conversation goes on, so what was asked once need not be asked again.
"""

from collections.abc import Iterator, Sequence

from ironcage.firewall import Origin, Question, literals_of
from ironcage.gateway.cleaning import ARGUMENTS, SEALED
from ironcage.gateway.seams import seam_texts
from ironcage.gateway.wire.openai import Path, PromptText

TASK_CHARACTERS = 2_000


def questions_of(texts: Sequence[PromptText]) -> Iterator[Question]:
    """List what will be inspected as long as nothing is redacted: each text, and each seam."""
    tasks = _tasks_of(texts)
    for at, found in enumerate(texts):
        origin = Origin(found.origin)
        if found.kind == SEALED:
            continue
        yield Question(found.text, origin, tasks[at])
        if found.kind == ARGUMENTS:
            yield Question("\n".join(literals_of(found.text)), origin, tasks[at])
    for at, text in seam_texts(texts):
        yield Question(text, Origin(texts[at].origin), tasks[at])


def _tasks_of(texts: Sequence[PromptText]) -> list[str]:
    """Tell for each document of a conversation what the user said last before it."""
    tasks: list[str] = []
    asked = ""
    message: Path = ()
    for found in texts:
        is_said = found.path[0] == "messages"
        if is_said and found.origin == "user":
            asked = f"{asked}\n{found.text}" if found.path[:2] == message else found.text
            message = found.path[:2]
        tasks.append(asked[-TASK_CHARACTERS:] if is_said and found.origin == "document" else "")
    return tasks
