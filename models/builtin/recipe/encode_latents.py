"""Turn every picture into latents once, so that train_unet.py runs no autoencoder.

Two variants per picture: as it is, and mirrored with a small random crop (up to 6 % cut away).
`<part>-<pixels>.npy` is float16 [variant, N, channels, pixels / 8, pixels / 8].
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderTiny


@torch.no_grad()
def encode(vae: AutoencoderTiny, pictures: np.ndarray, pixels: int, vary: bool, rng: np.random.Generator) -> np.ndarray:
    """Latents float16 [N, channels, pixels / 8, pixels / 8]; `vary` mirrors and crops."""
    out = []
    for start in range(0, len(pictures), 32):
        batch = torch.from_numpy(pictures[start : start + 32]).permute(0, 3, 1, 2) / 127.5 - 1
        if vary:
            side = int(rng.integers(180, 193))
            top, left = rng.integers(0, 193 - side, 2)
            batch = batch[:, :, top : top + side, left : left + side].flip(-1)
        if batch.shape[-1] != pixels:
            batch = F.interpolate(batch, (pixels, pixels), mode="bicubic", antialias=True, align_corners=False).clamp(-1, 1)
        with torch.autocast("cpu", torch.bfloat16):
            latents = vae.encoder(batch.contiguous(memory_format=torch.channels_last))
        out.append((latents.float() * vae.config.scaling_factor).numpy().astype(np.float16))
    return np.concatenate(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pixels", type=int, required=True)
    parser.add_argument("--parts", nargs="+", default=["main", "cg", "extra", "validation"])
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    vae = AutoencoderTiny.from_pretrained(args.vae).to(memory_format=torch.channels_last)
    rng = np.random.default_rng(0)
    for part in args.parts:
        pictures = np.load(args.data / f"{part}.npy")
        variants = (False,) if part == "validation" else (False, True)
        latents = np.stack([encode(vae, pictures, args.pixels, vary, rng) for vary in variants])
        np.save(args.out / f"{part}-{args.pixels}.npy", latents)
        spread = latents.astype(np.float32).transpose(2, 0, 1, 3, 4).reshape(latents.shape[2], -1)
        print(part, latents.shape, "mean", spread.mean(1).round(2), "deviation", spread.std(1).round(2), flush=True)


if __name__ == "__main__":
    main()
