"""Turn every picture into latents once, so that train_unet.py runs no autoencoder.

Two variants per picture: as it is, and mirrored with a small random crop (up to 6 % cut away). Odd variants are mirrored.
The rendered portraits, whose faces fill only 0.44 of the frame, also come close up, six times: a headshot is framed closer,
and the words "close up" must not belong to the dark backdrops of the other set alone.
`<part>-<pixels>.npy` is float16 [variant, N, channels, pixels / 8, pixels / 8].
"""

import argparse
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderTiny

CLOSE_UPS = 6

def resized(window: np.ndarray, pixels: int) -> torch.Tensor:
    """float32 [3, pixels, pixels] in -1 to 1."""
    picture = torch.from_numpy(window.copy()).permute(2, 0, 1)[None] / 127.5 - 1
    if picture.shape[-1] != pixels:
        picture = F.interpolate(picture, (pixels, pixels), mode="bicubic", antialias=True, align_corners=False).clamp(-1, 1)
    return picture[0]


def nearly_whole(pictures: np.ndarray, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Windows of 180 to 192 px, anywhere."""
    for picture in pictures:
        side = int(rng.integers(180, 193))
        top, left = rng.integers(0, 193 - side, 2)
        yield picture[top : top + side, left : left + side]


def close_up(pictures: np.ndarray, records: list[dict], rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Windows in which the face is 0.5 to 0.75 of the height, about its middle."""
    for picture, record in zip(pictures, records):
        left, top, right, bottom = (192 * share for share in record["labels"]["face_box"])
        side = round(min(192, (bottom - top) / rng.uniform(0.5, 0.75)))
        x, y = (left + right) / 2 + rng.normal(0, 0.03) * side, (top + bottom) / 2 + rng.normal(0, 0.03) * side
        corner = [int(min(192 - side, max(0, middle - side / 2))) for middle in (x, y)]
        yield picture[corner[1] : corner[1] + side, corner[0] : corner[0] + side]


@torch.no_grad()
def encode(vae: AutoencoderTiny, windows: Iterator[np.ndarray], pixels: int, mirrored: bool) -> np.ndarray:
    """Latents float16 [N, channels, pixels / 8, pixels / 8] of square windows, each uint8 [side, side, 3]."""
    out = []
    while batch := [resized(window, pixels) for window in islice(windows, 32)]:
        batch = torch.stack(batch)
        batch = batch.flip(-1) if mirrored else batch
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
        variants = [iter(pictures)]
        if part != "validation":
            variants.append(nearly_whole(pictures, rng))
        if part == "cg":
            records = json.loads((args.data / "cg.json").read_text())
            variants += [close_up(pictures, records, rng) for _ in range(CLOSE_UPS)]
        latents = np.stack([encode(vae, windows, args.pixels, mirrored=index % 2 == 1) for index, windows in enumerate(variants)])
        np.save(args.out / f"{part}-{args.pixels}.npy", latents)
        spread = latents.astype(np.float32).transpose(2, 0, 1, 3, 4).reshape(latents.shape[2], -1)
        print(part, latents.shape, "mean", spread.mean(1).round(2), "deviation", spread.std(1).round(2), flush=True)


if __name__ == "__main__":
    main()
