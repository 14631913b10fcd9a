"""Where sentences end: a text that is read sentence by sentence is cut nowhere else."""

import re

# What closes a sentence, with the quotes and brackets behind it, when a space or a line end
# follows; a line end closes one by itself. East Asian full stops need no space.
_END = re.compile(
    r"(?<![.!?\u2026])[.!?\u2026]++[\"'\u201d\u2019)\]]*+(?=\s)"
    r"|[\u3002\uff01\uff1f]++[\u201d\u2019\u300d\u300f\uff09]*+|\n"
)


def last_sentence_end(text: str) -> int:
    """Tell where the last complete sentence of a text that may grow ends; 0 when none does."""
    end = 0
    for hit in _END.finditer(text):
        end = hit.end()
    return end
