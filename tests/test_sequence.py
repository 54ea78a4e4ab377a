"""The loss of whole tag sequences: against brute force, against seen gradients, and with what decoding makes of it."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
import torch

from baogao.labels import LabelSet, LabelType
from baogao.training.dataset import IGNORED
from baogao.training.sequence import sequence_loss, surprise

SMALL = LabelSet("small", "1", tuple(LabelType(n, n, "", "c", n) for n in ("A", "B")))
ALLOWED = torch.tensor(SMALL.allowed, dtype=torch.float32)


def brute_force(logits: torch.Tensor, tags: list[int]) -> float:
    """Of one sequence without IGNORED."""
    weights = {
        path: float(torch.exp(torch.stack([logits[t, tag] for t, tag in enumerate(path)]).sum()).detach())
        for path in product(range(len(SMALL.tags)), repeat=len(tags))
        if SMALL.allowed_first[path[0]] and all(SMALL.allowed[a, b] for a, b in pairwise(path))
    }
    return -float(torch.tensor(weights[tuple(tags)] / sum(weights.values())).log())


@pytest.mark.parametrize("tags", [[0], [1], [0, 0, 0], [1, 2, 0, 3], [3, 4, 4, 1], [0, 1, 1, 2]])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_share_of_the_annotated_sequence_among_the_allowed(tags: list[int], seed: int) -> None:
    torch.manual_seed(seed)
    logits = 2 * torch.randn(1, len(tags), len(SMALL.tags))
    assert float(surprise(logits, torch.tensor([tags]), ALLOWED)) == pytest.approx(brute_force(logits[0], tags), 1e-4)


def test_special_tokens_and_padding_change_nothing_and_batches_are_added_up() -> None:
    torch.manual_seed(0)
    logits = torch.randn(2, 7, len(SMALL.tags), requires_grad=True)
    tags = torch.full((2, 7), IGNORED)
    tags[0, 1:5] = torch.tensor([1, 2, 0, 3])
    tags[1, 1:3] = torch.tensor([3, 4])
    expected = [brute_force(logits[0, 1:5], [1, 2, 0, 3]), brute_force(logits[1, 1:3], [3, 4])]
    assert surprise(logits, tags, ALLOWED).tolist() == pytest.approx(expected, 1e-4)
    loss = sequence_loss(SMALL)({"logits": logits}, tags)
    assert loss.item() == pytest.approx(sum(expected) / 6, 1e-4)
    assert sequence_loss(SMALL)({"logits": logits}, tags, 12).item() == pytest.approx(sum(expected) / 12, 1e-4)
    loss.backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert (logits.grad[tags == IGNORED] == 0).all()
    assert (logits.grad[tags != IGNORED].abs().sum(-1) > 0).all()


def test_it_is_exact_in_half_precision_and_finite_where_the_model_is_sure_of_the_forbidden() -> None:
    logits = torch.zeros(1, 3, len(SMALL.tags))
    logits[..., 2] = 200.0  # I-A, which continues nothing
    tags = torch.tensor([[0, 0, 0]])
    wrong = logits.clone().requires_grad_()
    surprise(wrong, tags, ALLOWED).sum().backward()  # type: ignore[no-untyped-call]
    assert wrong.grad is not None
    assert wrong.grad.isfinite().all()
    torch.manual_seed(0)
    logits = torch.randn(1, 3, len(SMALL.tags))
    with torch.autocast("cpu", torch.bfloat16):
        half = surprise(logits.bfloat16(), tags, ALLOWED)
    assert half.dtype == torch.float32
    assert float(half) == pytest.approx(brute_force(logits[0].bfloat16().float(), [0, 0, 0]), 1e-4)


def test_a_model_fitted_with_it_is_decoded_as_annotated() -> None:
    from baogao.tagger.decoding import log_softmax, viterbi

    tags = torch.tensor([[0, 1, 2, 0, 3, 1]])
    logits = torch.zeros(1, 6, len(SMALL.tags), requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.1)
    for _ in range(60):
        optimizer.zero_grad()
        surprise(logits, tags, ALLOWED).sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert viterbi(log_softmax(logits[0].detach().numpy()), SMALL).tolist() == tags[0].tolist()
