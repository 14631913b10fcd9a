"""Train the encoder: `python -m layers.guardrails.training.injection.train OUT`.

Two processes of one thread each learn from half of the batches, and average their weights every
few steps: threads of one process would wait for each other in every layer on a busy machine.
"""

import pickle
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from torch import distributed
from torch.nn import functional

from layers.guardrails.training.injection.contrast import generate
from layers.guardrails.training.injection.easy import without_easy
from layers.guardrails.training.injection.encoder import Encoder, base_encoder
from layers.guardrails.training.injection.pool import SEED, read_pool, split_pool, thin
from layers.guardrails.training.injection.windows import Sample, cut, encode_rows, is_usable

EPOCHS, WORKERS = 3, 2
TOKENS_PER_BATCH = 2560
PEAK_RATE, HEAD_RATE = 1e-4, 1e-3
PARTS_PER_EPOCH = 6
FROZEN_LAYERS = 2
_SMOOTHING = 0.02
_SORTED_TOGETHER = 3000
_AVERAGED_EVERY = 20
_PORT = 29531

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]
Cut = tuple[tuple[list[int], list[int]], int]


def training_samples() -> list[Sample]:
    """Give the samples of all sources that training may see."""
    pool, _ = split_pool(read_pool())
    rows = thin(pool) + generate(pool)
    return [sample for sample in encode_rows(rows) if is_usable(sample)]


def batches(samples: Sequence[Sample], rng: random.Random) -> Iterator[Sequence[Cut]]:
    """Cut every sample once, and batch windows of like length."""
    order = rng.sample(range(len(samples)), len(samples))
    for first in range(0, len(order), _SORTED_TOGETHER):
        chosen = order[first : first + _SORTED_TOGETHER]
        cuts = sorted(
            ((cut(samples[at], rng), samples[at].label) for at in chosen),
            key=lambda pair: len(pair[0][0]),
        )
        groups = list(_groups(cuts))
        rng.shuffle(groups)
        yield from groups


def _groups(cuts: Sequence[Cut]) -> Iterator[Sequence[Cut]]:
    first = 0
    for at, ((ids, _), _label) in enumerate(cuts):
        if at > first and len(ids) * (at - first + 1) > TOKENS_PER_BATCH:
            yield cuts[first:at]
            first = at
    yield cuts[first:]


def _tensors(group: Sequence[Cut]) -> Batch:
    width = max(len(ids) for (ids, _), _ in group)
    ids, types, mask = (torch.zeros(len(group), width, dtype=torch.long) for _ in range(3))
    for at, ((tokens, kinds), _) in enumerate(group):
        ids[at, : len(tokens)] = torch.tensor(tokens)
        types[at, : len(tokens)] = torch.tensor(kinds)
        mask[at, : len(tokens)] = 1
    return ids, types, mask, torch.tensor([float(label) for _, label in group])


def _optimiser(model: Encoder) -> torch.optim.Optimizer:
    for part in (model.words, model.positions, *model.layers[:FROZEN_LAYERS]):
        part.requires_grad_(requires_grad=False)
    fresh = [*model.head.parameters(), *model.types.parameters()]
    known = {id(p) for p in fresh}
    rest = [p for p in model.parameters() if p.requires_grad and id(p) not in known]
    groups = [{"params": rest, "lr": PEAK_RATE}, {"params": fresh, "lr": HEAD_RATE}]
    return torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98))


def _schedule(step: int, total: int) -> float:
    warm = max(1, total // 25)
    return min((step + 1) / warm, max(0.02, (total - step) / (total - warm)))


def train(out: Path, rank: int, *, samples: Sequence[Sample], start: Path | None) -> None:
    """Train for all epochs as one of the workers; the first leaves checkpoints in a folder."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    address = f"tcp://127.0.0.1:{_PORT}"
    distributed.init_process_group("gloo", init_method=address, rank=rank, world_size=WORKERS)
    rng = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    plan = [group for _ in range(EPOCHS) for group in batches(samples, rng)]
    model = base_encoder()
    if start:
        model.load_state_dict(torch.load(start, weights_only=True))
    torch.manual_seed(SEED + rank)
    _follow(plan[rank : len(plan) // WORKERS * WORKERS : WORKERS], model, out=out, rank=rank)
    distributed.destroy_process_group()


def _follow(plan: Sequence[Sequence[Cut]], model: Encoder, *, out: Path, rank: int) -> None:
    optimiser = _optimiser(model)
    rate = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _schedule(step, len(plan)))
    model.train()
    part = max(1, len(plan) // (EPOCHS * PARTS_PER_EPOCH) // _AVERAGED_EVERY) * _AVERAGED_EVERY
    began, loss = time.monotonic(), 0.0
    for step, group in enumerate(plan, 1):
        loss += _learn(model, optimiser, _tensors(group))
        rate.step()
        if step % _AVERAGED_EVERY and step < len(plan):
            continue
        _average(model)
        mean, loss = loss / _AVERAGED_EVERY, 0.0
        if rank:
            continue
        print(f"{step}/{len(plan)} {mean:.4f} {time.monotonic() - began:.0f} s", flush=True)
        if step % part == 0 or step == len(plan):
            torch.save(model.state_dict(), out / f"step-{step:06d}.pt")


def _average(model: Encoder) -> None:
    for parameter in model.parameters():
        if parameter.requires_grad:
            distributed.all_reduce(parameter.data)
            parameter.data /= WORKERS


def _learn(model: Encoder, optimiser: torch.optim.Optimizer, batch: Batch) -> float:
    ids, types, mask, labels = batch
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(ids, types, mask)
    target = labels * (1 - 2 * _SMOOTHING) + _SMOOTHING
    loss = functional.binary_cross_entropy_with_logits(logits.float(), target)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
    optimiser.step()
    return float(loss.detach())


def main(out: Path, start: Path | None = None) -> None:
    """Prepare the samples once, then train in two processes, from a checkpoint if one is given."""
    out.mkdir(parents=True, exist_ok=True)
    every = kept_samples(out / "all.pkl", training_samples)
    samples = kept_samples(out / "hard.pkl", lambda: without_easy(every))
    print(f"{len(samples)} samples", flush=True)
    processes = torch.multiprocessing.start_processes
    processes(_work, (out, samples, start), nprocs=WORKERS, start_method="fork")


def kept_samples(path: Path, make: Callable[[], list[Sample]]) -> list[Sample]:
    """Read samples from a file, or make them and leave them there."""
    if not path.exists():
        path.write_bytes(pickle.dumps(make()))
    kept: list[Sample] = pickle.loads(path.read_bytes())  # noqa: S301  # our own file
    return kept


def _work(rank: int, out: Path, samples: Sequence[Sample], start: Path | None) -> None:  # noqa: PLR0917
    train(out, rank, samples=samples, start=start)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
