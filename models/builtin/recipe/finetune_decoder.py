"""Train the decoder further on fixed latents: same latents, sharper pictures.

The encoder is frozen, so the UNet and its latents stay valid. Whole latents are cut to windows with the matching pixels.
With --adversarial, a small patch discriminator with a hinge loss is switched on after a third of the time.
The shipped weights were made without it: there was no time to see whether its texture is true.
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
from torch import nn

from muon import Muon
from train_autoencoder import picture_loss, psnr

WINDOW = 10  # latent cells: 80 px


def make_discriminator() -> nn.Module:
    """RGB windows -> a map of realness scores, one per 8 px, receptive field about 46 px."""
    layers, width = [nn.Conv2d(3, 32, 4, 2, 1), nn.LeakyReLU(0.2)], 32
    for wider in (64, 96):
        layers += [nn.Conv2d(width, wider, 4, 2, 1), nn.GroupNorm(8, wider), nn.LeakyReLU(0.2)]
        width = wider
    return nn.Sequential(*layers, nn.Conv2d(width, 1, 3, 1, 1)).to(memory_format=torch.channels_last)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--latents", type=Path, required=True)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--muon", type=float, default=1e-3, help="learning rate")
    parser.add_argument("--adversarial", type=float, default=0.0, help="weight of the discriminator; 0 leaves it out")
    args = parser.parse_args()
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    vae = AutoencoderTiny.from_pretrained(args.vae).to(memory_format=torch.channels_last)
    average = AutoencoderTiny.from_pretrained(args.vae).to(memory_format=torch.channels_last)
    weights, kept = list(vae.decoder.parameters()), list(average.decoder.parameters())
    judge = make_discriminator()
    hidden = [w for w in weights if w.ndim == 4 and min(w.shape[:2]) > 8]
    others = [w for w in weights if not any(w is h for h in hidden)]
    optimizers = [(Muon(hidden, lr=args.muon), args.muon), (torch.optim.AdamW(others, lr=args.muon / 2, betas=(0.9, 0.99), weight_decay=0.0), args.muon / 2)]
    judging = torch.optim.AdamW(judge.parameters(), lr=4e-4, betas=(0.5, 0.99))
    parts = [(np.load(args.data / f"{part}.npy"), np.load(args.latents / f"{part}-192.npy")[0]) for part in ("main", "cg")]
    validation = np.load(args.data / "validation.npy")[:48]
    budget, started, step, sums = args.minutes * 60, time.time(), 0, np.zeros(3)
    while (elapsed := time.time() - started) < budget:
        share = min(1, (step + 1) / 50) * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * elapsed / budget)))
        for optimizer, rate in optimizers:
            optimizer.param_groups[0]["lr"] = rate * share
        latents, targets = [], []
        for _ in range(args.batch):
            pictures, coded = parts[int(rng.random() < 0.5)]
            index, (top, left) = rng.integers(len(pictures)), rng.integers(0, 25 - WINDOW, 2)
            latents.append(coded[index, :, top : top + WINDOW, left : left + WINDOW])
            targets.append(pictures[index, 8 * top : 8 * (top + WINDOW), 8 * left : 8 * (left + WINDOW)])
        z = torch.from_numpy(np.stack(latents)).float()
        target = (torch.from_numpy(np.stack(targets)).permute(0, 3, 1, 2) / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        z = z + torch.randn_like(z) * torch.rand(len(z), 1, 1, 1) * 0.15
        with torch.autocast("cpu", torch.bfloat16):
            decoded = vae.decoder(z.contiguous(memory_format=torch.channels_last)).float()
        # Judged up to the edge: left out, the edge of whole pictures drifts into a dark line within a minute.
        loss, fooled, judged = picture_loss(decoded, target), torch.zeros(()), torch.zeros(())
        if args.adversarial and elapsed > budget / 4:
            with torch.autocast("cpu", torch.bfloat16):
                real, fake = judge(target).float(), judge(decoded.detach()).float()
                judged = F.relu(1 - real).mean() + F.relu(1 + fake).mean()
            judging.zero_grad(set_to_none=True)
            judged.backward()
            judging.step()
            if elapsed > budget / 3:
                with torch.autocast("cpu", torch.bfloat16):
                    fooled = -judge(decoded).float().mean()
        vae.decoder.zero_grad(set_to_none=True)
        (loss + args.adversarial * fooled).backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        for optimizer, _ in optimizers:
            optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(kept, weights, 1 - min(0.995, step / (step + 10)))
        step, sums = step + 1, sums + [loss.item(), fooled.item(), judged.item()]
        if step % 100 == 0:
            print(json.dumps(dict(step=step, minutes=round(elapsed / 60, 2), loss=round(sums[0] / 100, 4), fooled=round(sums[1] / 100, 3),
                                  judged=round(sums[2] / 100, 3), psnr=round(psnr(average, validation), 2))), flush=True)
            sums = np.zeros(3)
    average.save_pretrained(args.out)


if __name__ == "__main__":
    main()
