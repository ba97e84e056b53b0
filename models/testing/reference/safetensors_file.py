"""A small file of every element type, written by the reference implementation, for models/formats/safetensors.ts.

Run: python models/testing/reference/safetensors_file.py     (writes models/testing/golden/safetensors.json)
"""
import base64
import json
from pathlib import Path

import torch
from safetensors.torch import save

base = torch.tensor([[0.0, 1.5, -2.25], [65504.0, -0.1, 3e-5]])
tensors = {
    "f64": base.double() / 3,
    "f32": base,
    "f16": base.half(),
    "bf16": base.bfloat16(),
    "i64": torch.tensor([2**53 + 1, -5]),
    "i32": torch.tensor([[2**31 - 1], [-7]], dtype=torch.int32),
    "bool": torch.tensor([True, False, True]),
    "u8": torch.tensor([0, 255], dtype=torch.uint8),
    "scalar": torch.tensor(0.25),
    "empty": torch.zeros(0, 4),
}
golden = {
    "file": base64.b64encode(save(tensors, {"format": "pt", "title": "ein Bild äöü"})).decode(),
    "values": {name: [str(value) for value in tensor.flatten().tolist()] for name, tensor in tensors.items()},
    "shapes": {name: list(tensor.shape) for name, tensor in tensors.items()},
}
path = Path(__file__).resolve().parents[1] / "golden" / "safetensors.json"
path.write_text(json.dumps(golden))
print(path.stat().st_size)
