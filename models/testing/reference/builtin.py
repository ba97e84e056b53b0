"""What diffusers draws with the built-in model: final latents and every fourth pixel of two pictures.

The file is keyed by a fingerprint of the model's files, so that a test can tell when the model has changed since.
Run: python builtin.py [MODEL_FOLDER] [OUTPUT_FILE]; the defaults are the repository's own.
"""

import hashlib
import json
import sys
from pathlib import Path

import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, StableDiffusionPipeline
from safetensors.torch import save_file

MODELS = Path(__file__).resolve().parents[2]
PROMPT = "a close up portrait of a woman, friendly slight smile, wearing a dark blue suit, plain grey background"
NEGATIVE = "blurry, low quality"
# The app's own settings, and DDIM beside it.
CASES = [("dpm-solver-multistep", DPMSolverMultistepScheduler, 20, 4.0, 11), ("ddim", DDIMScheduler, 8, 2.5, 2**31 + 5)]
EVERY = 4


def fingerprint(folder: Path) -> str:
    """SHA-256 over "path hash" lines of all files of the five parts, sorted by path."""
    parts = ("scheduler", "text_encoder", "tokenizer", "unet", "vae")
    paths = sorted(path.relative_to(folder).as_posix() for part in parts for path in (folder / part).iterdir() if path.is_file())
    lines = [f"{path} {hashlib.sha256((folder / path).read_bytes()).hexdigest()}\n" for path in paths]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def main(folder: Path, output: Path) -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    config = pipeline.scheduler.config
    tensors, cases = {}, []
    for name, scheduler, steps, guidance, seed in CASES:
        pipeline.scheduler = scheduler.from_config(config)
        latents = pipeline(
            PROMPT, negative_prompt=NEGATIVE, num_inference_steps=steps, guidance_scale=guidance,
            generator=torch.Generator("cpu").manual_seed(seed), output_type="latent",
        ).images
        # As the pipeline itself decodes: the same call with output_type "pt" would only draw the latents again.
        decoded = pipeline.vae.decode(latents / pipeline.vae.config.scaling_factor, return_dict=False)[0]
        picture = pipeline.image_processor.postprocess(decoded, output_type="pt")[0]
        key = f"case{len(cases)}"
        tensors |= {f"{key}.latents": latents, f"{key}.pixels": picture[:, ::EVERY, ::EVERY].half()}
        cases.append(dict(scheduler=name, steps=steps, guidance=guidance, seed=seed, heightPx=picture.shape[1], widthPx=picture.shape[2]))
    metadata = {
        "fingerprint": fingerprint(folder), "cases": json.dumps(cases), "prompt": PROMPT, "negative": NEGATIVE, "every": str(EVERY),
    }
    save_file({key: value.contiguous() for key, value in tensors.items()}, output, metadata)


if __name__ == "__main__":
    arguments = [Path(argument) for argument in sys.argv[1:]]
    with torch.no_grad():
        main(*(arguments + [MODELS / "builtin", MODELS / "testing/golden/builtin.safetensors"][len(arguments):]))
