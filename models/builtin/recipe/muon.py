"""Muon (Jordan et al. 2024) for the hidden matrices: momentum, then the nearest orthogonal matrix.

Convolutions are seen as [out, in * 9] matrices. The step is scaled as in Moonlight (Liu et al. 2025),
0.2 * sqrt(longer side), so that a learning rate known from AdamW fits. Same-shaped weights go through
the iteration as one batch. With several processes each takes its share of the matrices, see `Exchange`.
"""

from collections import defaultdict

import torch


def orthogonalise(matrices: torch.Tensor, steps: int = 4) -> torch.Tensor:
    """[K, rows, columns] with rows <= columns -> about U V^T of each, by Newton-Schulz in bfloat16."""
    x = matrices.bfloat16()
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x.float()


class Exchange:
    """Shared memory of the training processes: one row of gradients each, and one row of Muon's directions."""

    def __init__(self, rows: torch.Tensor, directions: torch.Tensor, clock: torch.Tensor, barrier, rank: int, count: int):
        self.rows, self.directions, self.clock, self.barrier, self.rank, self.count = rows, directions, clock, barrier, rank, count
        self.own = torch.empty_like(rows[0])

    def views(self, flat: torch.Tensor, like: list[torch.Tensor]) -> list[torch.Tensor]:
        """`flat` cut into pieces of the sizes of `like`, in their memory order, so that copies are straight."""
        out, start = [], 0
        for tensor in like:
            piece = flat[start : start + tensor.numel()]
            out.append(piece.as_strided(tensor.shape, tensor.stride()))
            start += tensor.numel()
        return out

    @torch.no_grad()
    def average_gradients(self, weights: list[torch.Tensor]) -> None:
        for weight, mine in zip(weights, self.views(self.rows[self.rank], weights)):
            mine.copy_(weight.grad) if weight.grad is not None else mine.zero_()
        self.barrier.wait()
        torch.mean(self.rows, 0, out=self.own)
        for weight, mean in zip(weights, self.views(self.own, weights)):
            weight.grad = mean
        self.barrier.wait()


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters, lr: float, momentum: float = 0.95, exchange: Exchange | None = None):
        super().__init__(parameters, dict(lr=lr, momentum=momentum))
        self.exchange = exchange

    @torch.no_grad()
    def step(self) -> None:
        (group,) = self.param_groups
        weights = group["params"]
        for weight in weights:
            state = self.state[weight]
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(weight)
            state["momentum"].lerp_(weight.grad, 1 - group["momentum"])
        alike, exchange = defaultdict(list), self.exchange
        for index, weight in enumerate(weights):
            rows, columns = weight.shape[0], weight[0].numel()
            if exchange is None or index % exchange.count == exchange.rank:
                alike[(min(rows, columns), max(rows, columns))].append(index)
        directions = exchange.views(exchange.directions, weights) if exchange else [torch.empty_like(weight) for weight in weights]
        for (_, longer), members in alike.items():
            updates = [weights[i].grad.lerp(self.state[weights[i]]["momentum"], group["momentum"]).flatten(1) for i in members]
            wide = torch.stack([u if u.shape[0] <= u.shape[1] else u.mT for u in updates])
            for i, update, flat in zip(members, updates, orthogonalise(wide)):
                flat = flat if update.shape[0] <= update.shape[1] else flat.mT
                directions[i].copy_(flat.reshape(weights[i].shape)).mul_(0.2 * longer**0.5)
        if exchange:
            exchange.barrier.wait()
        torch._foreach_add_(weights, directions, alpha=-group["lr"])
