"""Measure the finished folder: reconstruction, prompt obedience, diversity, and the nearest training pictures.

Everything is measured through StableDiffusionPipeline.from_pretrained, that is on the float16 files that ship.
Writes report.json and sheet.png to --out.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import StableDiffusionPipeline
from PIL import Image

BACKGROUNDS = ("white", "light grey", "black", "blue", "green")
SHEET = [
    f"professional headshot of a {who}, {look}"
    for who, looks in {
        "young woman with long brown hair, light skin": (0, 1, 2, 3),
        "middle-aged man with short black hair, dark skin": (0, 1, 2, 3),
        "old man with grey hair and a short beard, light skin": (4, 3, 1, 5),
        "middle-aged woman with black curly hair, brown skin": (2, 5, 4, 0),
    }.items()
    for look in (
        [
            "smiling, wearing a navy suit, light grey background",
            "wearing a white shirt, blurred office background",
            "friendly smile, wearing a black blazer, white background",
            "wearing a dark blue sweater, blurred park background",
            "serious, wearing a dark grey suit with a white shirt and a tie, brick wall background",
            "wearing a dark red t-shirt, blue background",
        ][number]
        for number in looks
    )
] + [
    "close up portrait of a young woman with blonde hair, smiling, grey background",
    "close up portrait of an old man with a beard, serious, plain black background",
    "close up photo of a middle-aged man, dark skin, clean-shaven, bright lighting",
    "close up portrait of a young woman with long red hair, green background",
    "close up portrait of a young man with short brown hair, light skin, teal background",
    "close up portrait of a woman with black hair, brown skin, serious, beige background",
    "close up portrait of an old woman with grey hair, light grey background",
    "close up portrait of a middle-aged man with a beard, dark blue background",
]
NEGATIVE = "blurry, low quality, deformed, painting"


def thumbnails(pictures: np.ndarray) -> torch.Tensor:
    """uint8 [N, 192, 192, 3] -> normalised 24 px thumbnails, float [N, 1728], zero mean and unit length."""
    small = F.interpolate(torch.from_numpy(pictures).permute(0, 3, 1, 2).float(), (24, 24), mode="area").flatten(1)
    return F.normalize(small - small.mean(1, keepdim=True), dim=1)


def ssim(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Structural similarity of [N, 3, H, W] in 0..1, 7 x 7 uniform window, mean per picture."""
    mean = lambda value: F.avg_pool2d(value, 7, 1)
    ma, mb = mean(a), mean(b)
    va, vb, vab = mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb
    return (((2 * ma * mb + 1e-4) * (2 * vab + 9e-4)) / ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4))).mean((1, 2, 3))


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--fast", action="store_true", help="run in bfloat16, about twice as fast")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    pipeline = StableDiffusionPipeline.from_pretrained(args.model)
    pipeline.set_progress_bar_config(disable=True)

    def generate(prompts: list[str], seed: int) -> np.ndarray:
        out = []
        for start in range(0, len(prompts), 8):
            group = prompts[start : start + 8]
            generators = [torch.Generator().manual_seed(seed + start + index) for index in range(len(group))]
            with torch.autocast("cpu", torch.bfloat16, enabled=args.fast):
                result = pipeline(group, negative_prompt=[NEGATIVE] * len(group), num_inference_steps=args.steps, guidance_scale=args.guidance, generator=generators, output_type="np")
            out.append((result.images * 255).round().astype(np.uint8))
        return np.concatenate(out)

    report = {}
    validation = torch.from_numpy(np.load(args.data / "validation.npy")).permute(0, 3, 1, 2).float() / 255
    errors, likeness = [], []
    for batch in validation.split(20):
        decoded = (pipeline.vae.decode(pipeline.vae.encode(batch * 2 - 1).latents).sample.clamp(-1, 1) + 1) / 2
        errors.append(-10 * (decoded - batch).pow(2).mean((1, 2, 3)).log10())
        likeness.append(ssim(decoded, batch))
    report["reconstruction"] = {"psnr_db": torch.cat(errors).mean().item(), "ssim": torch.cat(likeness).mean().item(), "pictures": len(validation)}

    sheet = generate(SHEET, 100)
    rows = [np.concatenate(list(sheet[start : start + 8]), 1) for start in range(0, len(sheet), 8)]
    Image.fromarray(np.concatenate(rows)).save(args.out / "sheet.png")

    report["background_mean_rgb"] = {}
    for name in BACKGROUNDS:
        pictures = generate([f"professional headshot of a {who}, wearing a white shirt, plain {name} background" for who in ("woman", "man") * 2], 300)
        corners = np.concatenate([pictures[:, :48, :30].reshape(-1, 3), pictures[:, :48, -30:].reshape(-1, 3)])
        report["background_mean_rgb"][name] = corners.mean(0).round().tolist()

    training = np.concatenate([np.load(args.data / f"{part}.npy") for part in ("main", "cg")])
    known, made, fresh = thumbnails(training), thumbnails(sheet), thumbnails(np.load(args.data / "validation.npy")[:100])
    nearest, index = (made @ known.T).max(1)
    report["nearest_training_picture"] = {"generated_mean": nearest.mean().item(), "generated_max": nearest.max().item(),
                                          "validation_mean": (fresh @ known.T).max(1).values.mean().item()}
    pairs = [np.concatenate([sheet[i], training[index[i]]]) for i in nearest.argsort(descending=True)[:8].tolist()]
    Image.fromarray(np.concatenate(pairs, 1)).save(args.out / "nearest.png")

    same = generate(["professional headshot of a woman, wearing a white shirt, light grey background"] * 8, 500)
    among = thumbnails(same) @ thumbnails(same).T
    report["same_prompt_similarity"] = ((among.sum() - 8) / 56).item()
    (args.out / "report.json").write_text(json.dumps(report, indent=2))
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
