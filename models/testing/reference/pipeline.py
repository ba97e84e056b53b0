"""A whole small random Stable Diffusion folder, and the pictures that diffusers draws with it.

Writes a diffusers-format folder and, beside it, `pictures.safetensors`: for every case the initial latents, the final latents and
the float picture. Run: python pipeline.py OUTPUT_FOLDER
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import (
    AutoencoderTiny,
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

LENGTH = 16
PROMPT, NEGATIVE = "a portrait of a woman", "blurry"
SCHEDULERS = {
    "ddim": (DDIMScheduler, {}),
    "euler": (EulerDiscreteScheduler, {}),
    "euler-ancestral": (EulerAncestralDiscreteScheduler, {}),
    "dpm-solver-multistep": (DPMSolverMultistepScheduler, {}),
    "lcm": (LCMScheduler, {}),
}
CASES = [(name, 7, 5.0, 11) for name in SCHEDULERS] + [("ddim", 4, 1.0, 2**31 + 5), ("dpm-solver-multistep", 20, 7.5, 3)]


def bytes_to_unicode() -> list[str]:
    """The 256 printable stand-ins of GPT-2 and CLIP, in byte order of their vocabulary."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + index) for index in range(len(others))]


def write_tokenizer(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    merges = ["a n</w>", "o f</w>", "w o", "wo m", "wom an</w>", "p o", "po r", "t r", "por tr", "a i", "ai t</w>", "portr ait</w>", "b l", "u r", "bl ur"]
    symbols = bytes_to_unicode()
    tokens = symbols + [symbol + "</w>" for symbol in symbols] + ["".join(merge.split()) for merge in merges]
    vocabulary = {token: index for index, token in enumerate([*tokens, "<|startoftext|>", "<|endoftext|>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")


def main(folder: Path) -> None:
    torch.manual_seed(5)
    write_tokenizer(folder / "tokenizer")
    tokenizer = CLIPTokenizer(str(folder / "tokenizer/vocab.json"), str(folder / "tokenizer/merges.txt"), model_max_length=LENGTH)
    text_encoder = CLIPTextModel(CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=LENGTH, bos_token_id=len(tokenizer) - 2, eos_token_id=len(tokenizer) - 1,
    ))
    unet = UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4,
        cross_attention_dim=16, attention_head_dim=2, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )
    vae = AutoencoderTiny(
        latent_channels=4, encoder_block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4,
        num_encoder_blocks=(0, 1, 1, 1), num_decoder_blocks=(1, 1, 1, 0), scaling_factor=0.8,
    )
    for part in (text_encoder, unet, vae):
        for parameter in part.parameters():
            # Enough spread for every layer to matter; rounded to half precision, so that the folder is small and both sides read the same.
            parameter.data = (1.5 * parameter.data + 0.05 * torch.randn_like(parameter)).half().float()
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1,
    )
    pipeline = StableDiffusionPipeline(vae, text_encoder, tokenizer, unet, scheduler, None, None, requires_safety_checker=False)
    pipeline.to(dtype=torch.float16).save_pretrained(folder)
    pipeline.to(dtype=torch.float32).set_progress_bar_config(disable=True)

    # Read back from the file, which states every option: a configuration in memory hides the ones left at their defaults.
    scheduler = DDIMScheduler.from_pretrained(folder / "scheduler")
    tensors, cases = {}, []
    for name, steps, guidance, seed in CASES:
        scheduler_class, options = SCHEDULERS[name]
        pipeline.scheduler = scheduler_class.from_config(scheduler.config, **options)
        arguments = dict(
            prompt=PROMPT, negative_prompt=NEGATIVE, num_inference_steps=steps, guidance_scale=guidance, width=64, height=96,
        )
        latents = pipeline(**arguments, generator=torch.Generator("cpu").manual_seed(seed), output_type="latent").images
        picture = pipeline(**arguments, generator=torch.Generator("cpu").manual_seed(seed), output_type="pt").images
        key = f"case{len(cases)}"
        tensors |= {f"{key}.latents": latents, f"{key}.picture": picture.half()}
        cases.append(dict(scheduler=name, steps=steps, guidance=guidance, seed=seed))
    metadata = {"cases": json.dumps(cases), "prompt": PROMPT, "negative": NEGATIVE}
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "pictures.safetensors", metadata)


if __name__ == "__main__":
    with torch.no_grad():
        main(Path(sys.argv[1]))
