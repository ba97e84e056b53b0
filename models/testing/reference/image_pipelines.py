"""What diffusers draws from pictures with a small Stable Diffusion 2: image to image, inpainting, and large pictures in tiles.

Writes a diffusers-format folder (linear projections, heads of their own for each level, a text encoder with gelu, a variational
autoencoder, v prediction with zero terminal SNR) and, beside it, `drawings.safetensors`: the picture and mask, and the final latents
of every case. Run: python image_pipelines.py OUTPUT_FOLDER
"""

import json
import sys
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from PIL import Image
from pipeline import LENGTH, NEGATIVE, PROMPT, write_tokenizer
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

HEIGHT, WIDTH = 32, 48
SCHEDULERS = {
    "ddim": ("DDIMScheduler", {"clip_sample": False}),  # which the inpainting pipeline, unlike the others, does not set itself
    "euler": ("EulerDiscreteScheduler", {}),
    "euler-ancestral": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "dpm-solver-multistep": ("DPMSolverMultistepScheduler", {}),
    "unipc-multistep": ("UniPCMultistepScheduler", {}),
    "deis-multistep": ("DEISMultistepScheduler", {}),
    "pndm": ("PNDMScheduler", {"skip_prk_steps": True}),
    "lcm": ("LCMScheduler", {}),
    "tcd": ("TCDScheduler", {}),
}


def build(folder: Path) -> StableDiffusionPipeline:
    """A random model that is saved in half precision and read by both sides from there."""
    write_tokenizer(folder / "tokenizer")
    tokenizer = CLIPTokenizer(str(folder / "tokenizer/vocab.json"), str(folder / "tokenizer/merges.txt"), model_max_length=LENGTH)
    text_encoder = CLIPTextModel(CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=3, num_attention_heads=2, hidden_act="gelu",
        max_position_embeddings=LENGTH, bos_token_id=len(tokenizer) - 2, eos_token_id=len(tokenizer) - 1,
    ))  # fmt: skip
    unet = UNet2DConditionModel(
        sample_size=16, block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4, cross_attention_dim=16,
        attention_head_dim=(2, 4), use_linear_projection=True, upcast_attention=True,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    )  # fmt: skip
    vae = AutoencoderKL(
        block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4, latent_channels=4, sample_size=16,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
    )  # fmt: skip
    for part in (text_encoder, unet, vae):
        for parameter in part.parameters():
            parameter.data = (1.5 * parameter.data + 0.05 * torch.randn_like(parameter)).half().float()
    scheduler = EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="v_prediction",
        timestep_spacing="trailing", rescale_betas_zero_snr=True,
    )  # fmt: skip
    pipeline = StableDiffusionPipeline(vae, text_encoder, tokenizer, unet, scheduler, None, None, requires_safety_checker=False)
    pipeline.to(dtype=torch.float16).save_pretrained(folder)
    # clip_skip of diffusers 0.42 looks for the layer norm where transformers before 5 had it.
    object.__setattr__(text_encoder, "text_model", text_encoder)
    return pipeline.to(dtype=torch.float32)


def picture(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 5 + y / 9), np.cos(x / 7 - y / 4), np.sin(x * y / 90)]
    return np.stack([np.round(127.5 * (1 + wave)) for wave in waves], axis=-1).astype(np.uint8)


def cases() -> list[dict]:
    drawn = []
    for name in SCHEDULERS:
        drawn.append(dict(kind="image-to-image", scheduler=name, steps=7, strength=0.6, guidance=5.0, seed=21))
        drawn.append(dict(kind="inpaint", scheduler=name, steps=6, strength=0.8, guidance=4.0, seed=22))
    drawn.append(dict(kind="image-to-image", scheduler="dpm-solver-multistep", steps=5, strength=1.0, guidance=1.0, seed=23))
    drawn.append(dict(kind="inpaint", scheduler="euler-ancestral", steps=5, strength=1.0, guidance=1.0, seed=24))
    drawn.append(dict(kind="text-to-image", scheduler="euler", steps=6, guidance=7.5, seed=25, guidanceRescale=0.7))
    drawn.append(dict(kind="text-to-image", scheduler="ddim", steps=6, guidance=3.0, seed=26, clipSkip=1))
    return drawn


def draw(base: StableDiffusionPipeline, case: dict, image: Image.Image, mask: Image.Image) -> torch.Tensor:
    kinds = {"text-to-image": StableDiffusionPipeline, "image-to-image": StableDiffusionImg2ImgPipeline, "inpaint": StableDiffusionInpaintPipeline}
    class_name, options = SCHEDULERS[case["scheduler"]]
    # Read back from the file, which states every option: a configuration in memory hides the ones left at their defaults.
    scheduler = getattr(diffusers, class_name).from_config(base.stated_scheduler, **options)
    pipeline = kinds[case["kind"]](**{**base.components, "scheduler": scheduler}, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    arguments = dict(
        prompt=PROMPT, negative_prompt=NEGATIVE, num_inference_steps=case["steps"], guidance_scale=case["guidance"],
        generator=torch.Generator("cpu").manual_seed(case["seed"]), output_type="latent", clip_skip=case.get("clipSkip"),
    )  # fmt: skip
    if case["scheduler"] == "tcd":
        arguments["eta"] = 0.3
    if case["kind"] == "text-to-image":
        arguments |= dict(height=HEIGHT, width=WIDTH, guidance_rescale=case.get("guidanceRescale", 0.0))
    else:
        arguments |= dict(image=image, strength=case["strength"])
    if case["kind"] == "inpaint":
        arguments |= dict(mask_image=mask, height=HEIGHT, width=WIDTH)
    return pipeline(**arguments).images


def tiles(vae: AutoencoderKL) -> dict[str, torch.Tensor]:
    """A picture and a latent of 5 x 7 half tiles, so that tiles at the edges are cut."""
    image = torch.from_numpy(picture(40, 56)).permute(2, 0, 1)[None].float() / 127.5 - 1
    latent = torch.randn(1, 4, 20, 28)
    vae.enable_tiling()
    posterior = vae.encode(image).latent_dist
    decoded = vae.decode(latent / vae.config.scaling_factor).sample
    vae.disable_tiling()
    scale = vae.config.scaling_factor
    whole = vae.decode(latent / scale).sample
    print("tiles differ from the whole by", (whole - decoded).abs().max().item())
    return {"tiles.image": image, "tiles.mean": posterior.mean * scale, "tiles.std": posterior.std * scale, "tiles.latent": latent, "tiles.decoded": decoded}


def main(folder: Path) -> None:
    torch.manual_seed(6)
    base = build(folder)
    base.stated_scheduler = EulerDiscreteScheduler.from_pretrained(folder / "scheduler").config
    image = picture(HEIGHT, WIDTH)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    mask = np.where((y - 14) ** 2 + (x - 20) ** 2 < 120, 255, 40).astype(np.uint8)
    tensors = {"image": torch.from_numpy(image), "mask": torch.from_numpy(mask), **tiles(base.vae)}
    drawn = cases()
    for index, case in enumerate(drawn):
        tensors[f"case{index}.latents"] = draw(base, case, Image.fromarray(image), Image.fromarray(mask))
    metadata = {"cases": json.dumps(drawn), "prompt": PROMPT, "negative": NEGATIVE}
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "drawings.safetensors", metadata)


if __name__ == "__main__":
    with torch.no_grad():
        main(Path(sys.argv[1]))
