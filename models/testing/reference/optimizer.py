"""Golden numbers of AdamW with clipping (PyTorch) and of the warm-up and cosine schedule (transformers). Run: python optimizer.py OUTPUT.json"""

import json
import sys

import torch
from transformers import get_cosine_schedule_with_warmup

torch.manual_seed(3)
parameters = [torch.nn.Parameter(torch.randn(size)) for size in (5, 3)]
start = [parameter.tolist() for parameter in parameters]
optimizer = torch.optim.AdamW(parameters, lr=0.02, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2)
schedule = get_cosine_schedule_with_warmup(optimizer, num_warmup_steps=2, num_training_steps=8)
steps = []
for step in range(8):
    gradients = [torch.randn_like(parameter) * (3 if step % 2 else 0.1) for parameter in parameters]
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = gradient.clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    rate = optimizer.param_groups[0]["lr"]
    optimizer.step()
    schedule.step()
    steps.append({
        "gradients": [gradient.tolist() for gradient in gradients],
        "norm": norm.item(),
        "learningRate": rate,
        "parameters": [parameter.tolist() for parameter in parameters],
    })
json.dump({"start": start, "steps": steps}, open(sys.argv[1], "w"))
