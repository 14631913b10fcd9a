"""The encoder: windows in, one logit each, on one thread."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ironcage.guardrails.windows import CLS, SEP

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_USER, _DOCUMENT, _TASK = 0, 1, 2
_BATCH = 4


class Encoder:
    """An ONNX session; the model is read on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _session(self) -> "InferenceSession":
        import onnxruntime  # noqa: PLC0415  # only what is asked pays for it

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        providers = ["CPUExecutionProvider"]
        return onnxruntime.InferenceSession(str(self._path), options, providers=providers)

    def logits(
        self, windows: Sequence[Sequence[int]], *, is_document: bool, task: Sequence[int] = ()
    ) -> list[float]:
        """Give the logit of each window, in order; windows of like length share a batch."""
        order = sorted(range(len(windows)), key=lambda at: len(windows[at]))
        answers = [0.0] * len(windows)
        for first in range(0, len(order), _BATCH):
            chosen = order[first : first + _BATCH]
            batch = [windows[at] for at in chosen]
            for at, logit in zip(
                chosen, self._run(batch, is_document=is_document, task=task), strict=True
            ):
                answers[at] = logit
        return answers

    def _run(
        self, batch: Sequence[Sequence[int]], *, is_document: bool, task: Sequence[int]
    ) -> list[float]:
        import numpy as np  # noqa: PLC0415

        tail = [*task, SEP] if task else []
        width = max(map(len, batch)) + 2 + len(tail)
        ids, types = np.zeros((2, len(batch), width), np.int64)
        mask = np.zeros((len(batch), width), np.int32)
        for row, window in enumerate(batch):
            whole = [CLS, *window, SEP, *tail]
            ids[row, : len(whole)] = whole
            types[row, : len(whole)] = _DOCUMENT if is_document else _USER
            types[row, len(whole) - len(tail) : len(whole)] = _TASK if tail else types[row, 0]
            mask[row, : len(whole)] = 1
        given = {"ids": ids, "types": types, "mask": mask}
        return [float(logit) for logit in self._session.run(["logit"], given)[0]]
