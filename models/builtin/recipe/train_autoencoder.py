"""Train the autoencoder: AutoencoderTiny, f = 8, 8 latent channels, on 64 px crops.

What makes its latents easy for a small UNet, besides L1 + gradient + multi-scale loss:
- noise on the latents, so that the decoder forgives an imperfect sample;
- decoding latents shrunk to a half or three quarters must give the shrunk picture (EQ-VAE,
  Kouzelis et al. 2025), which keeps latents smooth and makes 128 px and 192 px look alike to the UNet;
- a pull of each channel to mean 0 and deviation 1, so that scaling_factor is 1 to within a few percent.

The learning rate follows the clock (--minutes), because the machine is shared and steps per second vary.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderTiny

from muon import Muon

CONFIG = dict(
    encoder_block_out_channels=(48, 48, 48, 48),
    decoder_block_out_channels=(48, 48, 48, 48),
    num_encoder_blocks=(0, 0, 2, 3),
    num_decoder_blocks=(4, 3, 0, 0),
    latent_channels=8,
    scaling_factor=1.0,
)


def crops(pictures: list[np.ndarray], count: int, size: int, rng: np.random.Generator) -> torch.Tensor:
    """Random square crops as float [count, 3, size, size] in -1..1; 40 % are shrunk from a larger crop."""
    out = []
    for _ in range(count):
        part = pictures[rng.choice(len(pictures), p=PART_WEIGHTS)]
        picture = part[rng.integers(len(part))]
        side = int(rng.integers(size, 193)) if rng.random() < 0.4 else size
        top, left = rng.integers(0, 193 - side, 2)
        crop = torch.from_numpy(picture[top : top + side, left : left + side].copy()).permute(2, 0, 1)[None] / 127.5 - 1
        if rng.random() < 0.5:
            crop = crop.flip(-1)
        if side != size:
            crop = F.interpolate(crop, (size, size), mode="bilinear", antialias=True, align_corners=False)
        out.append(crop)
    return torch.cat(out).contiguous(memory_format=torch.channels_last)


PART_WEIGHTS = [0.55, 0.3, 0.15]  # main, cg, extra


def picture_loss(decoded: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """L1 at three scales, plus MSE, plus L1 between neighbouring-pixel differences (edges of eyes and hair)."""
    loss = F.l1_loss(decoded, target) + 2 * F.mse_loss(decoded, target)
    for axis in (-1, -2):
        loss = loss + 1.0 * F.l1_loss(decoded.diff(dim=axis), target.diff(dim=axis))
    for scale in (2, 4):
        loss = loss + 0.5 * F.l1_loss(F.avg_pool2d(decoded, scale), F.avg_pool2d(target, scale))
    # Without this the first 3,000 steps spent no latent channel on green against magenta: green parks came out grey.
    colour = F.avg_pool2d(decoded - target, 4)
    return loss + 1.5 * (colour[:, 0] - colour[:, 1]).abs().mean() + 1.5 * (colour[:, 2] - colour[:, 1]).abs().mean()


@torch.no_grad()
def psnr(vae: AutoencoderTiny, pictures: np.ndarray) -> float:
    """Mean PSNR in dB of whole 192 px pictures."""
    values = []
    for start in range(0, len(pictures), 16):
        batch = torch.from_numpy(pictures[start : start + 16]).permute(0, 3, 1, 2) / 127.5 - 1
        with torch.autocast("cpu", torch.bfloat16):
            decoded = vae.decoder(vae.encoder(batch.contiguous(memory_format=torch.channels_last)))
        mse = ((decoded.float().clamp(-1, 1) - batch) / 2).pow(2).mean(dim=(1, 2, 3))
        values.append(-10 * mse.log10())
    return torch.cat(values).mean().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="scratch folder for checkpoints")
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--noise", type=float, default=0.2, help="largest deviation of the noise on the latents")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)

    pictures = [np.load(args.data / f"{part}.npy") for part in ("main", "cg", "extra")]
    validation = np.load(args.data / "validation.npy")[:64]
    vae = AutoencoderTiny(**CONFIG).to(memory_format=torch.channels_last)
    average = AutoencoderTiny(**CONFIG).to(memory_format=torch.channels_last)
    average.load_state_dict(vae.state_dict())
    hidden = [w for w in vae.parameters() if w.ndim == 4 and min(w.shape[:2]) > 8]
    others = [w for w in vae.parameters() if not any(w is h for h in hidden)]
    optimizers = [Muon(hidden, lr=args.learning_rate), torch.optim.AdamW(others, lr=args.learning_rate, betas=(0.9, 0.99), weight_decay=0.0)]

    elapsed, step = 0.0, 0
    checkpoint = args.out / "autoencoder.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint)
        vae.load_state_dict(state["vae"])
        average.load_state_dict(state["average"])
        if "optimizers" in state:
            for optimizer, saved in zip(optimizers, state["optimizers"]):
                optimizer.load_state_dict(saved)
            elapsed, step = state["elapsed"], state["step"]
        rng = np.random.default_rng(step)

    budget, last_save, running = args.minutes * 60, time.time(), 0.0
    while elapsed < budget:
        began = time.time()
        progress = elapsed / budget
        rate = args.learning_rate * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        for optimizer in optimizers:
            optimizer.param_groups[0]["lr"] = rate
        target = crops(pictures, args.batch, args.crop, rng)
        with torch.autocast("cpu", torch.bfloat16):
            latents = vae.encoder(target).float()
        spread = latents.transpose(0, 1).flatten(1)
        pull = spread.mean(1).pow(2).mean() + (spread.std(1) - 1).pow(2).mean()
        wanted = target
        if rng.random() < 0.25:
            scale = (0.5, 0.75)[rng.integers(2)]
            latents = F.interpolate(latents, scale_factor=scale, mode="bilinear", antialias=True, align_corners=False)
            wanted = F.interpolate(target, scale_factor=scale, mode="bilinear", antialias=True, align_corners=False)
        noise = torch.randn_like(latents) * torch.rand(len(latents), 1, 1, 1) * args.noise
        with torch.autocast("cpu", torch.bfloat16):
            decoded = vae.decoder(latents + noise)
        loss = picture_loss(decoded.float(), wanted) + 0.05 * pull
        vae.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        decay = min(0.998, step / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(vae.parameters()), 1 - decay)
        step += 1
        running += loss.item()
        elapsed += time.time() - began
        if step % 200 == 0:
            print(json.dumps(dict(step=step, minutes=round(elapsed / 60, 2), loss=round(running / 200, 4), pull=round(pull.item(), 4),
                                  psnr=round(psnr(average, validation), 2), rate=round(rate, 6))), flush=True)
            running = 0.0
        if time.time() - last_save > 240 or elapsed >= budget:
            torch.save(dict(vae=vae.state_dict(), average=average.state_dict(), optimizers=[o.state_dict() for o in optimizers], elapsed=elapsed, step=step), checkpoint)
            last_save = time.time()
    average.save_pretrained(args.out / "vae")


if __name__ == "__main__":
    main()
