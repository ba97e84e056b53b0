"""What diffusers, transformers and peft compute with a model folder: one check a run, inputs and results as one safetensors file.

Run: python reference.py FOLDER CHECK OUTPUT_FILE THREADS [SIZE_PX] [SAMPLING]
Checks: `text`, `unet`, `encode`, `decode`, `sample`, `gradients`. Everything is computed in float32, from float16 files too.
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from peft import LoraConfig
from safetensors.torch import save_file
from transformers import CLIPTextModel, CLIPTokenizer

PROMPT, NEGATIVE = "a portrait photo of a woman in a dark suit", "blurry, painting"
ATTENTION = r".*\.attn[12]\.to_(q|k|v|out\.0)"  # the preset `attention` of models/lora/lora-config.ts
RANK, ALPHA, SEED = 4, 4, 11
SCHEDULERS = {
    "ddim": DDIMScheduler,
    "dpm-solver-multistep": DPMSolverMultistepScheduler,
    "euler": EulerDiscreteScheduler,
    "euler-ancestral": EulerAncestralDiscreteScheduler,
}


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def config(self, part: str) -> dict:
        return json.loads((self.path / part / "config.json").read_text())

    def unet(self) -> UNet2DConditionModel:
        return UNet2DConditionModel.from_pretrained(self.path, subfolder="unet", torch_dtype=torch.float32).eval()

    def vae(self):
        kind = AutoencoderTiny if self.config("vae")["_class_name"] == "AutoencoderTiny" else AutoencoderKL
        return kind.from_pretrained(self.path, subfolder="vae", torch_dtype=torch.float32).eval()

    def text_encoder(self) -> CLIPTextModel:
        return CLIPTextModel.from_pretrained(self.path, subfolder="text_encoder", dtype=torch.float32).eval()

    def tokenizer(self) -> CLIPTokenizer:
        files = self.path / "tokenizer"
        settings = json.loads((files / "tokenizer_config.json").read_text())
        special = {key: settings[key] for key in ("bos_token", "eos_token", "unk_token", "pad_token")}
        return CLIPTokenizer(str(files / "vocab.json"), str(files / "merges.txt"), model_max_length=settings["model_max_length"], **special)


def random(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def text(folder: Folder, size: int) -> dict:
    tokens = folder.tokenizer()([PROMPT, NEGATIVE], padding="max_length", truncation=True, return_tensors="pt").input_ids
    with torch.no_grad():
        features = folder.text_encoder()(tokens).last_hidden_state
    return {"input.input_ids": tokens.int(), "output.last_hidden_state": features}


def unet(folder: Folder, size: int) -> dict:
    model = folder.unet()
    sample, context, timestep = random(1, 1, 4, size // 8, size // 8), random(2, 1, 77, model.config.cross_attention_dim), torch.tensor([601.0])
    with torch.no_grad():
        prediction = model(sample, timestep, context).sample
    return {"input.sample": sample, "input.timestep": timestep, "input.encoder_hidden_states": context, "output.noise_pred": prediction}


def encode(folder: Folder, size: int) -> dict:
    vae = folder.vae()
    image = random(3, 1, 3, size, size).clamp(-2, 2) / 2
    scale, shift = vae.config.scaling_factor, vae.config.shift_factor or 0.0
    with torch.no_grad():
        encoded = vae.encode(image)
    if isinstance(vae, AutoencoderTiny):
        outputs = {"output.latent_mean": (encoded.latents - shift) * scale}
    else:
        posterior = encoded.latent_dist
        outputs = {"output.latent_mean": (posterior.mean - shift) * scale, "output.latent_std": posterior.std * scale}
    return {"input.image": image, **outputs}


def decode(folder: Folder, size: int) -> dict:
    vae = folder.vae()
    latent = random(4, 1, 4, size // 8, size // 8)
    with torch.no_grad():
        image = vae.decode(latent / vae.config.scaling_factor + (vae.config.shift_factor or 0.0)).sample
    return {"input.latent": latent, "output.image": image}


def sample(folder: Folder, size: int, scheduler: str, steps: int, guidance: float) -> dict:
    # As diffusers does: the class that is asked for, made from the model's own file.
    own = json.loads((folder.path / "scheduler/scheduler_config.json").read_text())
    made = SCHEDULERS[scheduler].from_config(own)
    pipeline = StableDiffusionPipeline(folder.vae(), folder.text_encoder(), folder.tokenizer(), folder.unet(), made, None, None, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    finals: dict[str, torch.Tensor] = {}
    result = pipeline(
        prompt=PROMPT, negative_prompt=NEGATIVE, num_inference_steps=steps, guidance_scale=guidance, width=size, height=size, output_type="pt",
        generator=torch.Generator("cpu").manual_seed(SEED), callback_on_step_end=lambda _, __, ___, values: finals.update(values) or values,
    )  # fmt: skip
    return {"output.latents": finals["latents"], "output.picture": result.images}


def gradients(folder: Folder, size: int) -> dict:
    model = folder.unet().requires_grad_(False)
    model.add_adapter(LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=ATTENTION))
    factors = {key: value for key, value in model.named_parameters() if "lora_" in key}
    side = size // 8
    sample, target = random(5, 1, 4, side, side), random(6, 1, 4, side, side)
    context, timestep, weight = random(7, 1, 77, model.config.cross_attention_dim), torch.tensor([402.0]), random(8, 1, 1, side, side).abs()
    for index, (key, value) in enumerate(factors.items()):
        # `up` is not zero, so that `down` has a gradient too.
        value.data = random(100 + index, *value.shape) * (1 / value.shape[1] ** 0.5 if "lora_A" in key else 0.1)
        value.requires_grad_(True)
    loss = (weight * (model(sample, timestep, context).sample - target) ** 2).mean()
    loss.backward()
    tensors = {"input.sample": sample, "input.target": target, "input.timestep": timestep, "input.encoder_hidden_states": context, "input.loss_weight": weight}
    for key, value in factors.items():
        path, which = key.split(".lora_")
        name = f"unet.{path}.lora_{'down' if which.startswith('A') else 'up'}"
        tensors |= {f"input.{name}": value.detach(), f"output.{name}.gradient": value.grad}
    return {**tensors, "output.loss": loss.detach().reshape(())}


def main(arguments: list[str]) -> None:
    folder, check, output, threads, size, *sampling = arguments
    torch.set_num_threads(int(threads))
    if check == "sample":
        scheduler, steps, guidance = sampling
        with torch.no_grad():
            tensors = sample(Folder(Path(folder)), int(size), scheduler, int(steps), float(guidance))
    else:
        tensors = {"text": text, "unet": unet, "encode": encode, "decode": decode, "gradients": gradients}[check](Folder(Path(folder)), int(size))
    metadata = {"prompt": PROMPT, "negative": NEGATIVE, "seed": str(SEED), "rank": str(RANK), "alpha": str(ALPHA)}
    metadata |= dict(zip(("scheduler", "steps", "guidance"), sampling))
    save_file({key: value.contiguous() for key, value in tensors.items()}, output, metadata)


if __name__ == "__main__":
    main(sys.argv[1:])
