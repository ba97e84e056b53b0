"""Train the UNet and the text encoder together on precomputed latents, v-prediction with min-SNR weights.

Run it once per stage; a stage goes on from the last checkpoint in --out. Stage 1 uses 16 x 16 latents (128 px),
where a step costs less than half, stage 2 24 x 24 (192 px). The learning rate follows the clock of the stage.

One single-threaded process per core, gradients averaged through shared memory: on a shared machine two threads in one
process wait for each other at every operation (10 samples a second instead of 38), two processes only once a step.
"""

import argparse
import json
import math
import random
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.multiprocessing as processes
import torch.nn.functional as F
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from transformers import CLIPTextModel, CLIPTokenizer

from captions import vary
from muon import Exchange, Muon
from networks import make_scheduler, make_text_encoder, make_unet


def sampling_weight(record: dict, part: str) -> float:
    """How often a picture is drawn: sexes even within each set, rare skin tones and light backdrops more often."""
    labels = record["labels"]
    if part == "cg":
        return 0.65 if labels["sex"] == "woman" else 1.0
    weight = {"woman": 2.6, "man": 1.0}.get(labels.get("sex"), 1.0)
    weight *= {"dark": 2.2, "brown": 1.2}.get(labels.get("skin"), 1.0)
    if labels.get("background") in ("white", "light grey", "grey", "beige", "light blue"):
        weight *= 1.6
    if labels.get("expression") == "smiling":
        weight *= 2.0
    return weight


class Pictures:
    """Latents and captions of the training sets, drawn by weight."""

    def __init__(self, latents: Path, data: Path, pixels: int, shares: dict[str, float], close: float, tokenizer: CLIPTokenizer, seed: int):
        self.parts, self.close = {}, close
        self.names, self.shares = list(shares), np.array(list(shares.values())) / sum(shares.values())
        for part in shares:
            records = json.loads((data / f"{part}.json").read_text())
            weights = np.array([sampling_weight(record, part) for record in records])
            self.parts[part] = (np.load(latents / f"{part}-{pixels}.npy"), records, np.cumsum(weights / weights.sum()))
        self.tokenizer, self.numbers, self.chance = tokenizer, np.random.default_rng(seed), random.Random(seed)

    def batch(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """float32 [count, channels, h, w] and token numbers [count, tokens]."""
        latents, texts = [], []
        for part in self.numbers.choice(self.names, count, p=self.shares):
            values, records, cumulative = self.parts[part]
            index = min(int(np.searchsorted(cumulative, self.numbers.random())), len(records) - 1)
            # Variants after the first two are close up.
            close = len(values) > 2 and self.numbers.random() < self.close
            variant = int(self.numbers.integers(2, len(values)) if close else self.numbers.integers(2))
            latents.append(values[variant, index])
            texts.append(vary(records[index], part, variant % 2 == 1, variant >= 2, self.chance))
        tokens = self.tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids
        return torch.from_numpy(np.stack(latents)).float(), tokens


def float_group_norm(module: torch.nn.GroupNorm, hidden: torch.Tensor) -> torch.Tensor:
    """The same norm through float32, which PyTorch does twice as fast as bfloat16 on CPU."""
    return F.group_norm(hidden.float(), module.num_groups, module.weight, module.bias, module.eps).to(hidden.dtype)


class Model(torch.nn.Module):
    """Text encoder and UNet as one callable, so that both train and compile together."""

    def __init__(self, vocabulary: int, tokens: int):
        super().__init__()
        self.text_encoder, self.unet = make_text_encoder(vocabulary, tokens), make_unet()
        # Plain matrix products: on CPU the fused attention is several times slower for 36 to 144 positions.
        self.unet.set_attn_processor(AttnProcessor())
        self.text_encoder.set_attn_implementation("eager")
        for module in self.unet.modules():
            if isinstance(module, torch.nn.GroupNorm):
                module.forward = partial(float_group_norm, module)

    def forward(self, noisy, timesteps, tokens):
        return self.unet(noisy, timesteps, self.text_encoder(tokens)[0]).sample


def v_loss(model, alphas, latents, tokens, timesteps, noise) -> torch.Tensor:
    """min-SNR (gamma 5) weighted squared error of v, one value per sample."""
    alpha = alphas[timesteps].view(-1, 1, 1, 1)
    noisy = alpha.sqrt() * latents + (1 - alpha).sqrt() * noise
    wanted = alpha.sqrt() * noise - (1 - alpha).sqrt() * latents
    with torch.autocast("cpu", torch.bfloat16):
        predicted = model(noisy.contiguous(memory_format=torch.channels_last), timesteps, tokens)
    ratio = (alpha / (1 - alpha)).flatten()
    return (predicted.float() - wanted).pow(2).mean(dim=(1, 2, 3)), ratio.clamp(max=5) / (ratio + 1)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--latents", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pixels", type=int, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--muon", type=float, default=1.5e-3, help="learning rate of the hidden matrices")
    parser.add_argument("--adam", type=float, default=6e-4, help="learning rate of everything else")
    parser.add_argument("--final", type=float, default=0.05, help="share of the learning rate left at the end of the stage")
    parser.add_argument("--extra", type=float, default=0.1, help="share of tier B pictures")
    parser.add_argument("--cg", type=float, default=0.5, help="share of rendered pictures among those that are not tier B")
    parser.add_argument("--close", type=float, default=2 / 3, help="share of close-ups among rendered pictures")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--init", type=Path, help="a model folder to go on from where --out has no checkpoint, such as the committed one")
    return parser.parse_args()


def split_weights(model: Model) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """(hidden matrices for Muon, everything else for AdamW)."""
    named = list(model.named_parameters())
    hidden = [name for name, w in named if w.ndim >= 2 and not any(part in name for part in ("embedding.weight", "conv_in", "conv_out"))]
    return [w for name, w in named if name in hidden], [w for name, w in named if name not in hidden]


def train(rank: int, args: argparse.Namespace, rows: torch.Tensor, directions: torch.Tensor, clock: torch.Tensor, barrier) -> None:
    """One process of the training; process 0 also keeps the averaged weights, the log and the checkpoints."""
    torch.set_num_threads(1)
    exchange = Exchange(rows, directions, clock, barrier, rank, args.processes)
    tokenizer = CLIPTokenizer.from_pretrained(args.tokenizer)
    shares = {"main": (1 - args.cg) * (1 - args.extra), "cg": args.cg * (1 - args.extra), **({"extra": args.extra} if args.extra else {})}
    checkpoint = args.out / "unet.pt"
    torch.manual_seed(0)
    model = Model(len(tokenizer), tokenizer.model_max_length).to(memory_format=torch.channels_last)
    weights = list(model.parameters())
    hidden, others = split_weights(model)
    optimizers = [Muon(hidden, lr=args.muon, exchange=exchange), torch.optim.AdamW(others, lr=args.adam, betas=(0.9, 0.98), weight_decay=0.0)]
    average = [w.detach().clone() for w in weights]
    stage, elapsed, step, seen = args.pixels, 0.0, 0, 0
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        average = state["average"]
        for optimizer, saved in zip(optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        step, seen = state["step"], state["seen"]
        elapsed = state["elapsed"] if state["stage"] == stage else 0.0
    elif args.init:
        # Half-precision weights and fresh optimizers: what is left where the scratch folder is gone.
        model.unet.load_state_dict(UNet2DConditionModel.from_pretrained(args.init, subfolder="unet").float().state_dict())
        model.text_encoder.load_state_dict(CLIPTextModel.from_pretrained(args.init, subfolder="text_encoder").float().state_dict())
        average = [w.detach().clone() for w in weights]
    warm_steps = 200 if step == 0 else 30
    warm = step + warm_steps if elapsed == 0 else 0
    pictures = Pictures(args.latents, args.data, args.pixels, shares, args.close, tokenizer, seed=1000 * step + rank)
    torch.manual_seed(1000 * step + rank)
    alphas = make_scheduler().alphas_cumprod
    strata = torch.arange(rank, args.batch, args.processes)

    held = np.load(args.latents / f"validation-{args.pixels}.npy")[0, :96]
    held_records = json.loads((args.data / "validation.json").read_text())[:96]
    held_tokens = tokenizer([r["caption"] for r in held_records], padding="max_length", truncation=True, return_tensors="pt").input_ids

    @torch.no_grad()
    def validate() -> list[float]:
        """Unweighted v loss of the averaged weights: mean, then at t = 100, 400, 700, 950 with fixed noise."""
        current = [w.detach().clone() for w in weights]
        torch._foreach_copy_(weights, average)
        generator, losses = torch.Generator().manual_seed(1), []
        for index, t in enumerate((100, 400, 700, 950)):
            part = slice(24 * index, 24 * index + 24)
            latents = torch.from_numpy(held[part]).float()
            noise = torch.randn(latents.shape, generator=generator)
            losses.append(v_loss(model, alphas, latents, held_tokens[part], torch.full((24,), t), noise)[0].mean().item())
        torch._foreach_copy_(weights, current)
        return [round(sum(losses) / 4, 4)] + [round(value, 4) for value in losses]

    budget, last_save, last_log, running, logged = args.minutes * 60, time.time(), time.time(), 0.0, step
    clock[0] = elapsed
    barrier.wait()
    while True:
        began = time.time()
        latents, tokens = pictures.batch(len(strata))
        # Stratified timesteps: every batch covers the whole range, which quiets the gradient.
        timesteps = ((strata + torch.rand(len(strata))) / args.batch * 1000).long()
        error, weight = v_loss(model, alphas, latents, tokens, timesteps, torch.randn_like(latents))
        loss = (error * weight).mean()
        loss.backward()
        exchange.average_gradients(weights)
        now = clock[0].item()  # process 0 writes it again only after all have met in Muon's barrier
        share = args.final + (1 - args.final) * 0.5 * (1 + math.cos(math.pi * min(1, now / budget)))
        if step < warm:
            share *= (step - warm + warm_steps + 1) / warm_steps
        for optimizer, rate in zip(optimizers, (args.muon, args.adam)):
            optimizer.param_groups[0]["lr"] = rate * share
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        for optimizer in optimizers:
            optimizer.step()
        for parameter in weights:
            parameter.grad = None
        step, seen, running = step + 1, seen + args.batch, running + error.mean().item()
        if rank == 0:
            with torch.no_grad():
                torch._foreach_lerp_(average, weights, 1 - min(0.998, step / (step + 9)))
            elapsed += time.time() - began
            clock[0] = elapsed
            if step % 50 == 0:
                speed = (step - logged) * args.batch / (time.time() - last_log)
                held_losses = validate() if step % 400 == 0 else None
                print(json.dumps(dict(time=time.strftime("%H:%M:%S"), stage=stage, step=step, seen=seen, minutes=round(elapsed / 60, 1), held=held_losses,
                                      loss=round(running / (step - logged), 4), rate=round(share, 3), per_second=round(speed, 1))), flush=True)
                running, logged, last_log = 0.0, step, time.time()
            if time.time() - last_save > 240 or now >= budget:
                partial = checkpoint.with_suffix(".partial")
                torch.save(dict(model=model.state_dict(), average=average, optimizers=[o.state_dict() for o in optimizers],
                                stage=stage, elapsed=elapsed, step=step, seen=seen), partial)
                partial.replace(checkpoint)
                last_save = time.time()
        if now >= budget:
            return


def main() -> None:
    args = read_arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    tokenizer = CLIPTokenizer.from_pretrained(args.tokenizer)
    model = Model(len(tokenizer), tokenizer.model_max_length)
    every, hidden = sum(w.numel() for w in model.parameters()), sum(w.numel() for w in split_weights(model)[0])
    shared = [torch.zeros(args.processes, every), torch.zeros(hidden), torch.zeros(1, dtype=torch.float64)]
    for tensor in shared:
        tensor.share_memory_()
    barrier = processes.get_context("spawn").Barrier(args.processes)
    processes.spawn(train, (args, *shared, barrier), nprocs=args.processes)


if __name__ == "__main__":
    main()
