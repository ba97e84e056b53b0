"""Proof by hand: LoRA files that Likeness writes draw the same picture in diffusers.

Likeness converts every file of golden/lora to the layouts of kohya and peft and draws with them; diffusers loads the converted files with
load_lora_weights and draws from the same seed. Needs Node and the repository's packages beside Python.

Run from the repository root: python models/testing/reference/lora_exchange.py
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from PIL import Image
from safetensors.torch import load_file

ROOT = Path(__file__).resolve().parents[3]
MODEL = ROOT / "models/testing/golden/pipeline"
PROMPT, NEGATIVE, STEPS, GUIDANCE, SEED = "a portrait of a woman", "blurry", 4, 5.0, 11


def likeness(*arguments: str) -> None:
    subprocess.run(["npx", "tsx", "workers/node/cli.ts", *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def draw(file: Path):
    pipeline = StableDiffusionPipeline.from_pretrained(MODEL, torch_dtype=torch.float32, safety_checker=None)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    pipeline.load_lora_weights(str(file.parent), weight_name=file.name)
    arguments = dict(prompt=PROMPT, negative_prompt=NEGATIVE, num_inference_steps=STEPS, guidance_scale=GUIDANCE, width=32, height=32)
    return [pipeline(**arguments, generator=torch.Generator("cpu").manual_seed(SEED), output_type=kind).images for kind in ("latent", "np")]


def main() -> int:
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for source in [*sorted((ROOT / "models/testing/golden/lora").glob("*.safetensors")), ROOT / "models/testing/golden/lora/peft-folder"]:
            if source.name == "expected.safetensors":
                continue
            for layout in ("kohya", "peft"):
                out = Path(folder) / f"{source.stem}-{layout}.safetensors"
                likeness("convert", "--model", str(MODEL), "--lora", str(source), "--layout", layout, "--out", str(out))
                pictures, latents_file = Path(folder) / out.stem, Path(folder) / f"{out.stem}.latents"
                options = ["--scheduler", "ddim", "--steps", str(STEPS), "--guidance", str(GUIDANCE), "--seed", str(SEED), "--size", "32x32"]
                likeness("generate", "--model", str(MODEL), "--lora", str(out), "--prompt", PROMPT, "--negative", NEGATIVE, *options, "--save-latents", str(latents_file), "--out", str(pictures))
                latents, picture = draw(out)
                ours = load_file(latents_file)["latents"]
                difference = ((ours - latents).abs().max() / latents.abs().max()).item()
                error = numpy.asarray(Image.open(pictures / f"{SEED}.png").convert("RGB")) / 255 - picture[0]
                decibels = -10 * numpy.log10((error**2).mean())
                passed = difference < 1e-4 and decibels > 45
                failures += not passed
                print(f"{'ok  ' if passed else 'FAIL'} {source.stem:24} as {layout:6} latents {difference:.1e}  {decibels:.1f} dB", flush=True)
    return failures


if __name__ == "__main__":
    with torch.no_grad():
        sys.exit(main())
