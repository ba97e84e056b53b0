"""Writes a model folder with the published configuration of a real model and seeded random weights.

The weights are drawn so that activations keep about unit variance from layer to layer: every matrix and convolution N(0, 1 / fan-in),
scales of norms N(1, 0.1), biases N(0, 0.05). Each tensor has its own seed, made of its name, so one changed layer changes nothing else.
float16 folders hold the same numbers, rounded.

Run: python write_folder.py published/NAME.json FOLDER float32|float16
"""

import hashlib
import json
import math
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

BUILTIN_TOKENIZER = Path(__file__).resolve().parents[3] / "builtin/tokenizer"
START, END = "<|startoftext|>", "<|endoftext|>"


def draw(component: str, key: str, shape: torch.Size) -> torch.Tensor:
    seed = int.from_bytes(hashlib.sha256(f"{component}.{key}".encode()).digest()[:6], "little")
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    if "_embedding.weight" in key:
        return 0.5 * noise
    if len(shape) >= 2:
        return noise / math.sqrt(math.prod(shape[1:]))
    return 1 + 0.1 * noise if key.endswith("weight") else 0.05 * noise


def write_weights(component: str, model: torch.nn.Module, file: Path, dtype: torch.dtype, prefix: str = "") -> int:
    """`model` is on the meta device: only names and shapes are taken from it."""
    weights = {}
    for key, value in model.state_dict().items():
        if value.is_floating_point():
            weights[key if key.startswith(prefix) else prefix + key] = draw(component, key, value.shape).to(dtype)
    save_file(weights, file, {"format": "pt"})
    return sum(value.numel() for value in weights.values())


def write_tokenizer(folder: Path, settings: dict, size: int) -> None:
    """The built-in model's vocabulary, filled up to `size` tokens that no text reaches."""
    folder.mkdir(parents=True, exist_ok=True)
    known = json.loads((BUILTIN_TOKENIZER / "vocab.json").read_text())
    tokens = [token for token in sorted(known, key=known.get) if token not in (START, END)]
    tokens += [f"<unused{i}>" for i in range(size - 2 - len(tokens))] + [START, END]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}, ensure_ascii=False))
    (folder / "merges.txt").write_bytes((BUILTIN_TOKENIZER / "merges.txt").read_bytes())
    config = {"tokenizer_class": "CLIPTokenizer", "bos_token": START, "eos_token": END, "unk_token": END, **settings}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def main(published: Path, folder: Path, precision: str) -> None:
    model, dtype = json.loads(published.read_text()), getattr(torch, precision)
    for part in ("unet", "vae", "text_encoder", "scheduler"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "scheduler/scheduler_config.json").write_text(json.dumps(model["scheduler"]))
    for part in ("unet", "vae", "text_encoder"):
        (folder / part / "config.json").write_text(json.dumps(model[part]))
    write_tokenizer(folder / "tokenizer", model["tokenizer"], model["text_encoder"]["vocab_size"])
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(model["unet"])
        vae_class = AutoencoderTiny if model["vae"]["_class_name"] == "AutoencoderTiny" else AutoencoderKL
        vae = vae_class.from_config(model["vae"])
        text_encoder = CLIPTextModel(CLIPTextConfig(**model["text_encoder"]))
    sizes = {
        "unet": write_weights("unet", unet, folder / "unet/diffusion_pytorch_model.safetensors", dtype),
        "vae": write_weights("vae", vae, folder / "vae/diffusion_pytorch_model.safetensors", dtype),
        "text_encoder": write_weights("text_encoder", text_encoder, folder / "text_encoder/model.safetensors", dtype, "text_model."),
    }
    # Last: a folder without it is one that was not finished.
    (folder / "model_index.json").write_text(json.dumps(model["model_index"]))
    print(json.dumps(sizes))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
