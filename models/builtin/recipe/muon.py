"""Muon (Jordan et al. 2024) for the hidden matrices: momentum, then the nearest orthogonal matrix.

Convolutions are seen as [out, in * 9] matrices. The step is scaled as in Moonlight (Liu et al. 2025),
0.2 * sqrt(longer side), so that a learning rate known from AdamW fits. Same-shaped weights go through
the iteration as one batch.
"""

from collections import defaultdict

import torch


def orthogonalise(matrices: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """[K, rows, columns] with rows <= columns -> about U V^T of each, by Newton-Schulz in bfloat16."""
    x = matrices.bfloat16()
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x.float()


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters, lr: float, momentum: float = 0.95):
        super().__init__(parameters, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            alike = defaultdict(list)
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(weight)
                state["momentum"].lerp_(weight.grad, 1 - group["momentum"])
                update = weight.grad.lerp(state["momentum"], group["momentum"]).flatten(1)
                alike[(min(update.shape), max(update.shape))].append((weight, update))
            for (_, longer), members in alike.items():
                wide = torch.stack([u if u.shape[0] <= u.shape[1] else u.mT for _, u in members])
                for (weight, update), flat in zip(members, orthogonalise(wide)):
                    flat = flat if update.shape[0] <= update.shape[1] else flat.mT
                    weight.add_(flat.reshape(weight.shape), alpha=-group["lr"] * 0.2 * longer**0.5)
