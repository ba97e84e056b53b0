"""Makes models/testing/golden/single-file/: checkpoints in CompVis layout, and what diffusers makes of them.

`names.json.gz`: for the published sizes of Stable Diffusion 1.5 and 2.1, every name and shape of the one file, and for every tensor that
diffusers' converters give, which of them it is and from which row on. Nothing is assumed of our own code: the inverse renaming below only
makes the input, and the converters' outputs must load into the models without a missing or unexpected key.
`clip/` and `open-clip/`: tiny random checkpoints with the tokenizer beside them, and in `expected.safetensors` the text features, the
latents and the picture that diffusers draws with them; the CRC of every converted tensor is in `names.json.gz`.

    python models/testing/reference/single_file.py
"""

import gzip
import json
import shutil
import zlib
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.loaders.single_file_utils import convert_ldm_clip_checkpoint, convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint, convert_open_clip_checkpoint
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

GOLDEN = Path(__file__).parent.parent / "golden"
OUT = GOLDEN / "single-file"
PROMPT, NEGATIVE = "a portrait of a woman", "blurry"
CROSS, PLAIN = ("CrossAttnDownBlock2D", "CrossAttnUpBlock2D"), ("DownBlock2D", "UpBlock2D")


def unet_options(channels, attends, context, heads, linear, layers=2, groups=32, size=64):
    kinds = [CROSS if attend else PLAIN for attend in attends]
    return dict(
        sample_size=size, block_out_channels=channels, layers_per_block=layers, cross_attention_dim=context, attention_head_dim=heads,
        use_linear_projection=linear, norm_num_groups=groups, down_block_types=[down for down, _ in kinds],
        up_block_types=[up for _, up in reversed(kinds)],
    )


def vae_options(channels, layers=2, groups=32):
    count = len(channels)
    return dict(
        block_out_channels=channels, layers_per_block=layers, latent_channels=4, norm_num_groups=groups, scaling_factor=0.18215,
        down_block_types=["DownEncoderBlock2D"] * count, up_block_types=["UpDecoderBlock2D"] * count,
    )


def text_options(width, wide, layers, heads, activation, vocabulary=49408, positions=77):
    return dict(
        hidden_size=width, intermediate_size=wide, num_hidden_layers=layers, num_attention_heads=heads, hidden_act=activation,
        vocab_size=vocabulary, max_position_embeddings=positions, bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1,
    )


FOUR, WIDE = (True, True, True, False), (320, 640, 1280, 1280)
PUBLISHED = {
    "1.5": dict(kind="clip", unet=unet_options(WIDE, FOUR, 768, 8, False), vae=vae_options((128, 256, 512, 512)), text=text_options(768, 3072, 12, 12, "quick_gelu")),
    "2.1": dict(kind="open-clip", unet=unet_options(WIDE, FOUR, 1024, (5, 10, 20, 20), True, size=96), vae=vae_options((128, 256, 512, 512)), text=text_options(1024, 4096, 23, 16, "gelu")),
}
TINY = {
    "clip": dict(
        kind="clip", unet=unet_options((4, 8), (False, True), 8, 2, False, layers=2, groups=2, size=8), vae=vae_options((4, 8), layers=1, groups=2),
        text=text_options(8, 16, 2, 2, "quick_gelu", 529, 16),
    ),
    "open-clip": dict(
        kind="open-clip", unet=unet_options((4, 8, 8), (True, False, True), 8, (2, 4, 4), True, layers=1, groups=2, size=8), vae=vae_options((4, 8, 8), layers=2, groups=2),
        text=text_options(8, 16, 2, 2, "gelu", 529, 16),
    ),
}


def build(options):
    return (
        UNet2DConditionModel(**options["unet"]).eval(), AutoencoderKL(**options["vae"]).eval(), CLIPTextModel(CLIPTextConfig(**options["text"])).eval(),
    )


def swap(name, pairs):
    for new, old in pairs:
        name = name.replace(new, old)
    return name


RESNET = [("norm1", "in_layers.0"), ("conv1", "in_layers.2"), ("time_emb_proj", "emb_layers.1"), ("norm2", "out_layers.0"), ("conv2", "out_layers.3"), ("conv_shortcut", "skip_connection")]
FIXED = [("time_embedding.linear_1", "time_embed.0"), ("time_embedding.linear_2", "time_embed.2"), ("conv_in", "input_blocks.0.0"), ("conv_norm_out", "out.0"), ("conv_out", "out.2")]


def ldm_unet_name(name, layers, attends):
    parts = name.split(".")
    if parts[0] not in ("down_blocks", "mid_block", "up_blocks"):
        return swap(name, FIXED)
    if parts[0] == "mid_block":
        kind, index, rest = parts[1], int(parts[2]), ".".join(parts[3:])
        return f"middle_block.{1 if kind == 'attentions' else 2 * index}." + (rest if kind == "attentions" else swap(rest, RESNET))
    block, kind, index, rest = int(parts[1]), parts[2], int(parts[3]), ".".join(parts[4:])
    down = parts[0] == "down_blocks"
    root = "input_blocks" if down else "output_blocks"
    if kind == "downsamplers":
        return f"{root}.{(block + 1) * (layers + 1)}.0.op." + rest.removeprefix("conv.")
    if kind == "upsamplers":
        return f"{root}.{block * (layers + 1) + layers}.{2 if attends[::-1][block] else 1}.conv." + rest.removeprefix("conv.")
    place = block * (layers + 1) + index + (1 if down else 0)
    return f"{root}.{place}." + (f"1.{rest}" if kind == "attentions" else f"0.{swap(rest, RESNET)}")


def ldm_vae_name(name, levels):
    parts = name.split(".")
    if len(parts) > 2 and parts[1] in ("down_blocks", "up_blocks"):
        level = int(parts[2]) if parts[1] == "down_blocks" else levels - 1 - int(parts[2])
        rest = ".".join(parts[3:])
        rest = swap(rest, [("resnets.", "block."), ("downsamplers.0", "downsample"), ("upsamplers.0", "upsample"), ("conv_shortcut", "nin_shortcut")])
        return f"{parts[0]}.{'down' if parts[1] == 'down_blocks' else 'up'}.{level}.{rest}"
    return swap(name, [
        ("mid_block.resnets.0", "mid.block_1"), ("mid_block.resnets.1", "mid.block_2"), ("mid_block.attentions.0", "mid.attn_1"),
        ("group_norm", "norm"), ("to_q", "q"), ("to_k", "k"), ("to_v", "v"), ("to_out.0", "proj_out"), ("conv_norm_out", "norm_out"),
    ])  # fmt: skip


OPEN_CLIP = [("layer_norm1", "ln_1"), ("layer_norm2", "ln_2"), ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj"), ("self_attn.out_proj", "attn.out_proj"), ("encoder.layers.", "transformer.resblocks.")]


def ldm_text(state, kind):
    state = {name.removeprefix("text_model."): value for name, value in state.items() if not name.endswith("position_ids")}
    if kind == "clip":
        return {f"cond_stage_model.transformer.text_model.{name}": value for name, value in state.items()}
    fixed = {
        "embeddings.token_embedding.weight": "token_embedding.weight", "embeddings.position_embedding.weight": "positional_embedding",
        "final_layer_norm.weight": "ln_final.weight", "final_layer_norm.bias": "ln_final.bias",
    }  # fmt: skip
    result = {}
    for name, value in state.items():
        if name in fixed:
            result[fixed[name]] = value
        elif "q_proj" in name:
            joined = torch.cat([state[name.replace("q_proj", f"{part}_proj")] for part in "qkv"])
            layer = name.split(".")[2]
            result[f"transformer.resblocks.{layer}.attn.in_proj_{name.split('.')[-1]}"] = joined
        elif "k_proj" not in name and "v_proj" not in name:
            result[swap(name, OPEN_CLIP)] = value
    if len({name.split(".")[2] for name in result if "resblocks" in name}) == 23:  # the layer that diffusers drops
        result |= {name.replace(".22.", ".23."): value.clone() for name, value in result.items() if ".22." in name}
    width = state["final_layer_norm.weight"].shape[0]
    result |= {"text_projection": torch.empty(width, width), "logit_scale": torch.empty([])}
    return {f"cond_stage_model.model.{name}": value for name, value in result.items()}


def checkpoint_of(options):
    """A checkpoint in CompVis layout with the values of freshly made models, and with what else such files hold."""
    unet, vae, text = build(options)
    attends = [kind == CROSS[0] for kind in options["unet"]["down_block_types"]]
    layers, levels = options["unet"]["layers_per_block"], len(options["vae"]["block_out_channels"])
    checkpoint = {"model.diffusion_model." + ldm_unet_name(name, layers, attends): value for name, value in unet.state_dict().items()}
    for name, value in vae.state_dict().items():
        is_conv = "mid_block.attentions" in name and value.dim() == 2
        checkpoint["first_stage_model." + ldm_vae_name(name, levels)] = value[:, :, None, None] if is_conv else value
    checkpoint |= ldm_text(text.state_dict(), options["kind"])
    checkpoint |= {"alphas_cumprod": torch.zeros(1000), "model_ema.decay": torch.tensor(0.9999), "first_stage_model.loss.logvar": torch.zeros(1)}
    if options["kind"] == "clip":
        checkpoint["cond_stage_model.transformer.text_model.embeddings.position_ids"] = torch.arange(options["text"]["max_position_embeddings"])[None]
    return {name: value.contiguous() for name, value in checkpoint.items()}


def convert(checkpoint, options):
    """diffusers' own conversion, in its own names (`text_model.` in front, whatever transformers' version does)."""
    text = CLIPTextModel(CLIPTextConfig(**options["text"])) if checkpoint_is_small(checkpoint) else None
    if options["kind"] == "clip":
        clip = convert_ldm_clip_checkpoint(dict(checkpoint))
    else:
        class Holder:
            config = CLIPTextConfig(**options["text"])
        clip = convert_open_clip_checkpoint(text if text is not None else Holder, dict(checkpoint))
    parts = {
        "unet": convert_ldm_unet_checkpoint(dict(checkpoint), options["unet"]),
        "vae": convert_ldm_vae_checkpoint(dict(checkpoint), options["vae"]),
        "text_encoder": {name: value for name, value in clip.items() if name != "text_projection.weight" and not name.endswith("position_ids")},
    }
    return {f"{part}.{name}": value for part, state in parts.items() for name, value in state.items() if "loss" not in name}


def checkpoint_is_small(checkpoint):
    return sum(value.numel() for value in checkpoint.values()) < 1e6


def published_names(options):
    """Every tensor is filled with its number, rows with theirs behind the point, so that a converted tensor tells where it comes from."""
    with torch.device("meta"):
        shapes = {name: list(value.shape) for name, value in checkpoint_of(options).items()}
    names = list(shapes)
    marked = {}
    for number, (name, shape) in enumerate(shapes.items()):
        if "in_proj" in name:
            rows = number + torch.arange(shape[0], dtype=torch.float64) / 10000
            marked[name] = rows.reshape([-1] + [1] * (len(shape) - 1)).expand(shape)
        else:
            marked[name] = torch.tensor(float(number), dtype=torch.float64).expand(shape)
    rows = {}
    for name, value in convert(marked, options).items():
        first = value.flatten()[0].item() if value.numel() else 0
        rows[name] = [int(first), round((first - int(first)) * 10000), list(value.shape)]
    with torch.device("meta"):
        models = build(options)
    wanted = set()
    for part, model in zip(("unet.", "vae.", "text_encoder.text_model."), models):
        wanted |= {part + name.removeprefix("text_model.") for name in model.state_dict() if not name.endswith("position_ids")}
    assert wanted == set(rows), (sorted(wanted - set(rows))[:5], sorted(set(rows) - wanted)[:5])
    return dict(tensors=[[name, shapes[name]] for name in names], converted=rows, unet=options["unet"], vae=options["vae"], text=options["text"])


def randomize(model):
    for parameter in model.parameters():
        # Enough spread for every layer to matter; rounded to half precision, so that both sides read the same.
        parameter.data = (1.2 * parameter.data + 0.05 * torch.randn_like(parameter)).half().float()


def tiny(name, options, prediction):
    torch.manual_seed(len(name))
    checkpoint = {key: value if value.dtype == torch.int64 else (1.2 * value + 0.05 * torch.randn(value.shape)).half() for key, value in checkpoint_of(options).items()}
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tokenizer").mkdir(parents=True)
    for file in ("vocab.json", "merges.txt"):
        shutil.copy(GOLDEN / "pipeline/tokenizer" / file, folder / "tokenizer" / file)
    save_file(checkpoint, folder / "checkpoint.safetensors", {"format": "pt"})

    converted = convert(checkpoint, options)
    crcs = {key: [list(value.shape), zlib.crc32(value.contiguous().numpy().tobytes())] for key, value in converted.items()}
    unet, vae, text = build(options)
    for part, model in (("unet.", unet), ("vae.", vae), ("text_encoder.", text)):
        state = {key.removeprefix(part): value.float() for key, value in converted.items() if key.startswith(part)}
        if part == "text_encoder." and not hasattr(text, "text_model"):
            state = {key.removeprefix("text_model."): value for key, value in state.items()}
        missing, unexpected = model.load_state_dict(state, strict=False)
        assert not unexpected and all(key.endswith("position_ids") for key in missing), (missing, unexpected)
    pad = {} if options["kind"] == "clip" else {"pad_token": "!"}
    tokenizer = CLIPTokenizer(str(folder / "tokenizer/vocab.json"), str(folder / "tokenizer/merges.txt"), model_max_length=16, **pad)
    scheduler = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1, prediction_type=prediction)
    pipeline = StableDiffusionPipeline(vae, text, tokenizer, unet, scheduler, None, None, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    arguments = dict(prompt=PROMPT, negative_prompt=NEGATIVE, num_inference_steps=4, guidance_scale=5.0, width=32, height=48)
    latents = pipeline(**arguments, generator=torch.Generator("cpu").manual_seed(3), output_type="latent").images
    picture = pipeline(**arguments, generator=torch.Generator("cpu").manual_seed(3), output_type="pt").images
    ids = tokenizer([PROMPT, NEGATIVE], padding="max_length", max_length=16, return_tensors="pt").input_ids
    features = text(ids)[0]
    image = torch.rand(1, 3, 16, 24) * 2 - 1
    latent = vae.encode(image).latent_dist.mean * vae.config.scaling_factor
    tensors = dict(features=features, latents=latents, picture=picture, image=image, latent=latent)
    metadata = {"prompt": PROMPT, "negative": NEGATIVE, "prediction": prediction}
    save_file({key: value.detach().float().contiguous() for key, value in tensors.items()}, folder / "expected.safetensors", metadata)
    print(name, (folder / "checkpoint.safetensors").stat().st_size, "bytes; latents up to", latents.abs().max().item(), "picture", picture.min().item(), picture.max().item())
    return crcs


if __name__ == "__main__":
    with torch.no_grad():
        OUT.mkdir(parents=True, exist_ok=True)
        result = {name: published_names(options) for name, options in PUBLISHED.items()}
        result["tiny"] = {"clip": tiny("clip", TINY["clip"], "epsilon"), "open-clip": tiny("open-clip", TINY["open-clip"], "v_prediction")}
        with open(OUT / "names.json.gz", "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
            file.write(json.dumps(result, separators=(",", ":")).encode())
        print("names.json.gz", (OUT / "names.json.gz").stat().st_size, "bytes")
