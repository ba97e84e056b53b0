"""PyTorch's side of `npm run bench`: diffusers and peft on the same weights, one command a line on stdin, seconds as JSON on stdout.

Run: python bench_torch.py MODEL_FOLDER THREADS BATCH RANK [tuned]
Commands, each with a count: `train` one batch, `denoise` one step with guidance (two latents), `frame` encodes two prompts and decodes one
latent, `encode` encodes one picture. `tuned` takes what can suit small models on a CPU: plain attention instead of the fused kernel, and
channels last.
"""

import json
import os
import sys
import time


def quit_politely(reason: str) -> None:
    print(json.dumps({"skip": reason}), flush=True)
    raise SystemExit(0)


try:
    import torch
    from diffusers import StableDiffusionPipeline
    from diffusers.models.attention_processor import AttnProcessor
    from peft import LoraConfig
except ImportError as error:
    quit_politely(f"PyTorch is not measured: {error.name or error} is not installed for {sys.executable}")

# The preset `all` of models/lora/lora-config.ts.
ALL = (
    r".*(\.attn[12]\.to_(q|k|v|out\.0)|\.ff\.net\.(0\.proj|2)|\.attentions\.\d+\.proj_(in|out)"
    r"|\.resnets\.\d+\.(conv1|conv2|conv_shortcut|time_emb_proj)|\.(downsamplers|upsamplers)\.0\.conv)"
)


def main() -> None:
    folder, threads, batch, rank = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    tuned = "tuned" in sys.argv[5:]
    torch.set_num_threads(threads)
    pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32, safety_checker=None)
    unet = pipeline.unet.requires_grad_(False)
    trained = type(unet).from_config(unet.config)
    trained.load_state_dict(unet.state_dict())
    trained.requires_grad_(False)
    trained.add_adapter(LoraConfig(r=rank, lora_alpha=rank, target_modules=ALL))
    if tuned:
        for part in (unet, trained):
            part.set_attn_processor(AttnProcessor())
            part.to(memory_format=torch.channels_last)
        pipeline.vae.to(memory_format=torch.channels_last)
    factors = [parameter for parameter in trained.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(factors, lr=1e-3)

    channels, side = unet.config.in_channels, unet.config.sample_size
    tokens, width = pipeline.text_encoder.config.max_position_embeddings, unet.config.cross_attention_dim
    alphas = pipeline.scheduler.alphas_cumprod
    latents, text = torch.randn(batch, channels, side, side), torch.randn(batch, tokens, width)
    weight = torch.ones(batch, 1, side, side)

    def train() -> None:
        noise, timesteps = torch.randn_like(latents), torch.randint(0, 1000, (batch,))
        alpha = alphas[timesteps].view(-1, 1, 1, 1)
        noisy = alpha.sqrt() * latents + (1 - alpha).sqrt() * noise
        target = alpha.sqrt() * noise - (1 - alpha).sqrt() * latents
        if tuned:
            noisy = noisy.contiguous(memory_format=torch.channels_last)
        loss = (weight * (trained(noisy, timesteps, text).sample - target) ** 2).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(factors, 1.0)
        optimizer.step()
        optimizer.zero_grad()

    guided, pair = torch.randn(2, channels, side, side), torch.randn(2, tokens, width)
    ids = torch.randint(0, pipeline.text_encoder.config.vocab_size, (2, tokens))
    scale = 2 ** (len(pipeline.vae.config.encoder_block_out_channels) - 1)
    picture = torch.randn(1, 3, side * scale, side * scale)

    @torch.inference_mode()
    def denoise() -> None:
        unet(guided, torch.tensor(500), pair)

    @torch.inference_mode()
    def frame() -> None:
        pipeline.text_encoder(ids)
        pipeline.vae.decode(guided[:1])

    @torch.inference_mode()
    def encode() -> None:
        pipeline.vae.encode(picture)

    work = {"train": train, "denoise": denoise, "frame": frame, "encode": encode}
    count = sum(factor.numel() for factor in factors)
    print(json.dumps({"ready": f"PyTorch {torch.__version__}", "parameters": count}), flush=True)
    for line in sys.stdin:
        command, number = line.split()
        began, worked = time.perf_counter(), time.process_time()
        for _ in range(int(number)):
            work[command]()
        print(json.dumps({"seconds": time.perf_counter() - began, "cpuSeconds": time.process_time() - worked}), flush=True)


if __name__ == "__main__":
    # A thread that waits by spinning would take time from whoever is measured next.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    main()
