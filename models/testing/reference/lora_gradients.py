"""Golden LoRA gradients of whole small UNets, from diffusers + peft + PyTorch autograd.

Each case writes one safetensors file: the UNet's weights under their own names, `input.*`, the factors as
`<path>.lora_down` and `<path>.lora_up`, their gradients as `<factor>.gradient`, and the loss. The configuration is metadata.
Run: python lora_gradients.py OUTPUT_FOLDER
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from peft import LoraConfig
from safetensors.torch import save_file

ATTENTION = r".*\.attn[12]\.to_(q|k|v|out\.0)"
ALL = (
    r".*(\.attn[12]\.to_(q|k|v|out\.0)|\.ff\.net\.(0\.proj|2)|\.attentions\.\d+\.proj_(in|out)"
    r"|\.resnets\.\d+\.(conv1|conv2|conv_shortcut|time_emb_proj)|\.(downsamplers|upsamplers)\.0\.conv)"
)
BASE = dict(
    sample_size=8,
    in_channels=4,
    out_channels=4,
    block_out_channels=(8, 16),
    layers_per_block=1,
    norm_num_groups=4,
    cross_attention_dim=12,
    attention_head_dim=2,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
)
CASES = {
    "attention-conv-projection": (BASE, ATTENTION, "attention"),
    "all-linear-projection": (dict(BASE, use_linear_projection=True, layers_per_block=2), ALL, "all"),
}


def make_case(name: str, config: dict, pattern: str, preset: str, folder: Path) -> None:
    torch.manual_seed(7)
    unet = UNet2DConditionModel(**config).eval()
    # Weights are rounded to half precision so that the file is small; the outputs are computed from the rounded ones.
    weights = {key: (value + 0.05 * torch.randn_like(value)).half() for key, value in unet.state_dict().items()}
    unet.load_state_dict({key: value.float() for key, value in weights.items()})
    rank, alpha = 3, 6
    unet.add_adapter(LoraConfig(r=rank, lora_alpha=alpha, target_modules=pattern))
    factors = {key: value for key, value in unet.named_parameters() if "lora_" in key}
    for value in factors.values():
        value.data = (0.2 * torch.randn_like(value)).half().float()
        value.requires_grad_(True)

    sample, target = torch.randn(2, 4, 8, 8), torch.randn(2, 4, 8, 8)
    timestep, context = torch.tensor([17.0, 803.0]), torch.randn(2, 5, config["cross_attention_dim"])
    weight = torch.rand(2, 1, 8, 8) + 0.5
    prediction = unet(sample, timestep, context).sample
    loss = (weight * (prediction - target) ** 2).mean()
    loss.backward()

    tensors = {f"unet.{key}": value for key, value in weights.items()}
    tensors |= {
        "input.sample": sample,
        "input.target": target,
        "input.timestep": timestep,
        "input.encoder_hidden_states": context,
        "input.loss_weight": weight,
        "loss": loss.detach(),
    }
    for key, value in factors.items():
        path, side = key.split(".lora_")
        factor = f"unet.{path}.lora_{'down' if side.startswith('A') else 'up'}"
        tensors[factor] = value.detach()
        tensors[f"{factor}.gradient"] = value.grad
    metadata = {"config": json.dumps(dict(unet.config), default=str), "rank": str(rank), "alpha": str(alpha), "targets": preset}
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / f"{name}.safetensors", metadata)


if __name__ == "__main__":
    output = Path(sys.argv[1])
    output.mkdir(parents=True, exist_ok=True)
    for case, (settings, targets, preset_name) in CASES.items():
        make_case(case, settings, targets, preset_name, output)
