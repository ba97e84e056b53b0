"""Golden numbers of PyTorch's CPU generator for models/tensor/random.ts.

Run: python models/testing/reference/torch_random.py     (writes models/testing/golden/random.json)
Every list is what one `torch.manual_seed(seed)` followed by the named calls gives, in that order.
"""
import json
from pathlib import Path

import torch

SEEDS = [0, 1, 42, 2**32 + 5]
SIZES = [1, 4, 15, 16, 17, 100, 4608]


def rounded(tensor):
    """float32 values as the shortest decimal that reads back to the same float32."""
    return [float(f"{value:.9g}") for value in tensor.flatten().tolist()]


def head_and_sum(tensor):
    """Long tensors are kept as both ends, every 97th value and the sum of all in float64."""
    return {"every97": rounded(tensor[::97]), "last20": rounded(tensor[-20:]), "sum": tensor.double().sum().item()}


def normal(seed, size):
    torch.manual_seed(seed)
    values = torch.randn(size)
    return head_and_sum(values) if size > 200 else rounded(values)


def mixed(seed):
    """The generator after each kind of call: what is cached and what is thrown away shows here."""
    torch.manual_seed(seed)
    return [
        ["randn", 3, rounded(torch.randn(3))],
        ["randn", 2, rounded(torch.randn(2))],
        ["rand", 5, rounded(torch.rand(5))],
        ["randn", 20, rounded(torch.randn(20))],
        ["randn", 1, rounded(torch.randn(1))],
        ["randint", 1000, torch.randint(0, 1000, (8,)).tolist()],
        ["randint", 2**28 + 7, torch.randint(0, 2**28 + 7, (4,)).tolist()],
        ["randint", 2**40, torch.randint(0, 2**40, (4,)).tolist()],
        ["randperm", 25, torch.randperm(25).tolist()],
        ["randn", 7, rounded(torch.randn(7))],
    ]


golden = {
    "torch": torch.__version__,
    "capability": torch.backends.cpu.get_cpu_capability(),
    "normal": [{"seed": s, "size": n, "values": normal(s, n)} for s in SEEDS for n in SIZES],
    "mixed": [{"seed": s, "calls": mixed(s)} for s in SEEDS],
}
path = Path(__file__).resolve().parents[1] / "golden" / "random.json"
path.write_text(json.dumps(golden))
print(path.stat().st_size)
