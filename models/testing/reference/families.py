"""Makes models/testing/golden/families/*.safetensors: small random models of diffusers and transformers, their inputs and outputs.

Each file holds the weights (float16; the outputs were computed from the rounded values, in float32), `input.*`, `output.*`,
and in its metadata the configuration as JSON (`config`), the component and the sizes. Run from the repository root:

    python models/testing/reference/families.py
"""

import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

OUT = Path(__file__).parent.parent / "golden" / "families"


def randomize(model: torch.nn.Module, seed: int) -> dict[str, torch.Tensor]:
    """Gives norms and biases values that a mistake would show in, rounds everything to float16, returns the rounded weights."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.dim() == 1:
                parameter.copy_(1 + 0.2 * noise if name.endswith("weight") else 0.1 * noise)
            else:
                fan_in = parameter[0].numel()
                parameter.copy_(noise * (0.5 if "embedding" in name and "time" not in name else fan_in**-0.5))
            parameter.copy_(parameter.half().float())
    return {name: tensor.half().contiguous() for name, tensor in model.state_dict().items()}


def save(name: str, prefix: str, weights: dict, config: dict, tensors: dict[str, torch.Tensor], **metadata) -> None:
    """Writes one golden file."""
    named = {f"{prefix}.{key}": value for key, value in weights.items() if not key.endswith("position_ids")}
    tensors = {key: value.detach().contiguous() for key, value in tensors.items()}
    text = {key: json.dumps(value) for key, value in {"config": config, **metadata}.items()}
    save_file({**named, **tensors}, OUT / f"{name}.safetensors", text)
    worst = max(value.abs().max().item() for key, value in tensors.items() if key.startswith("output"))
    print(f"{name}: {(OUT / f'{name}.safetensors').stat().st_size} bytes, largest output {worst:.2f}")


def plain(config) -> dict:
    """A diffusers configuration as it is stored, without the version."""
    return {key: value for key, value in json.loads(json.dumps(dict(config))).items() if key != "_diffusers_version"}


def unet(name: str, seed: int, batch: int, height: int, width: int, **options) -> None:
    options = {"norm_num_groups": 4, "cross_attention_dim": 12, "attention_head_dim": 2, "sample_size": 8, **options}
    torch.manual_seed(seed)
    model = UNet2DConditionModel(**options).eval()
    weights = randomize(model, seed)
    sample = torch.randn(batch, model.config.in_channels, height, width)
    timestep = torch.tensor([981.0, 37.0, 500.5][:batch])
    text = torch.randn(batch, 5, 12)
    with torch.no_grad():
        predicted = model(sample, timestep, text).sample
    tensors = {"input.sample": sample, "input.timestep": timestep, "input.encoder_hidden_states": text, "output.noise_pred": predicted}
    save(f"unet-{name}", "unet", weights, {"_class_name": "UNet2DConditionModel", **plain(model.config)}, tensors)


def text_encoder(name: str, seed: int, batch: int, length: int, skipped_layers: int, **options) -> None:
    torch.manual_seed(seed)
    config = CLIPTextConfig(vocab_size=40, hidden_size=16, intermediate_size=24, max_position_embeddings=12, bos_token_id=38, eos_token_id=39, **options)
    model = CLIPTextModel(config).eval()
    weights = randomize(model, seed)
    weights = {key if key.startswith("text_model.") else f"text_model.{key}": value for key, value in weights.items()}
    tokens = torch.randint(0, 38, (batch, length))
    with torch.no_grad():
        output = model(tokens, output_hidden_states=True)
        body = getattr(model, "text_model", model)
        features = body.final_layer_norm(output.hidden_states[-1 - skipped_layers]) if skipped_layers else output.last_hidden_state
    stored = {key: value for key, value in config.to_dict().items() if key != "transformers_version"}
    stored["architectures"] = ["CLIPTextModel"]
    tensors = {"input.input_ids": tokens.int(), "output.last_hidden_state": features}
    save(f"text-{name}", "text_encoder", weights, stored, tensors, skippedLayers=skipped_layers)


def autoencoder(name: str, seed: int, model_class, batch: int, height: int, width: int, **options) -> None:
    torch.manual_seed(seed)
    model = model_class(**options).eval()
    weights = randomize(model, seed)
    scale, shift = model.config.scaling_factor, model.config.shift_factor or 0.0
    image = torch.rand(batch, 3, height, width) * 2 - 1
    with torch.no_grad():
        encoded = model.encode(image)
        if model_class is AutoencoderTiny:
            tensors = {"output.latent_mean": (encoded.latents - shift) * scale}
        else:
            posterior = encoded.latent_dist
            tensors = {"output.latent_mean": (posterior.mean - shift) * scale, "output.latent_std": posterior.std * scale}
        latent = torch.randn_like(tensors["output.latent_mean"]) * scale
        decoded = model.decode(latent / scale + shift).sample
    tensors = {"input.image": image, "input.latent": latent, "output.image": decoded, **tensors}
    save(f"vae-{name}", "vae", weights, {"_class_name": model_class.__name__, **plain(model.config)}, tensors)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    down, cross_down, pixel_down = "DownBlock2D", "CrossAttnDownBlock2D", "AttnDownBlock2D"
    up, cross_up, pixel_up = "UpBlock2D", "CrossAttnUpBlock2D", "AttnUpBlock2D"
    unet("conv-projection", 1, 2, 8, 8, block_out_channels=(8, 16), down_block_types=(cross_down, down), up_block_types=(up, cross_up), layers_per_block=1)
    unet(
        "linear-projection", 2, 2, 8, 12, block_out_channels=(8, 16, 16), down_block_types=(cross_down, down, cross_down),
        up_block_types=(cross_up, up, cross_up), layers_per_block=(1, 2, 1), attention_head_dim=(2, 4, 8), transformer_layers_per_block=(1, 1, 2),
        use_linear_projection=True, upcast_attention=True,
    )  # fmt: skip
    unet(
        "no-middle", 3, 1, 7, 10, block_out_channels=(8, 16), down_block_types=(down, down), up_block_types=(up, up), layers_per_block=2,
        mid_block_type=None, act_fn="gelu", freq_shift=1, flip_sin_to_cos=False,
    )  # fmt: skip
    unet(
        "pixel-attention", 4, 2, 8, 4, block_out_channels=(8, 16), down_block_types=(pixel_down, down), up_block_types=(up, pixel_up),
        layers_per_block=1, mid_block_type="UNetMidBlock2D", downsample_padding=0, mid_block_scale_factor=1.5, attention_head_dim=4, norm_eps=1e-4,
    )  # fmt: skip
    unet(
        "only-cross-attention", 5, 1, 9, 11, block_out_channels=(8, 8, 16), down_block_types=(cross_down, cross_down, down),
        up_block_types=(up, cross_up, cross_up), layers_per_block=1, only_cross_attention=(True, False, False), time_embedding_dim=24,
        in_channels=5, out_channels=3, conv_in_kernel=1, conv_out_kernel=5, mid_block_scale_factor=1.4,
    )  # fmt: skip
    unet("one-level", 6, 3, 4, 4, block_out_channels=(8,), down_block_types=(cross_down,), up_block_types=(cross_up,), layers_per_block=1, act_fn="relu")
    # The published layouts, narrow. SDXS: as stable-diffusion.cpp loads its two models (no attention in the first level; only to the text there).
    narrow = {"norm_num_groups": 2, "attention_head_dim": 2}
    unet(
        "sd-2", 14, 1, 16, 8, block_out_channels=(4, 4, 8, 8), down_block_types=(cross_down,) * 3 + (down,), up_block_types=(up,) + (cross_up,) * 3,
        layers_per_block=2, use_linear_projection=True, upcast_attention=True, **{**narrow, "attention_head_dim": (1, 2, 4, 4)},
    )  # fmt: skip
    unet("bk-sdm-tiny", 15, 1, 8, 8, block_out_channels=(4, 8, 8), down_block_types=(cross_down,) * 3, up_block_types=(cross_up,) * 3, layers_per_block=1, mid_block_type=None, **narrow)
    unet(
        "bk-sdm-small", 16, 1, 8, 16, block_out_channels=(4, 8, 8, 8), down_block_types=(cross_down,) * 3 + (down,), up_block_types=(up,) + (cross_up,) * 3,
        layers_per_block=1, mid_block_type=None, **narrow,
    )  # fmt: skip
    unet("sdxs-dreamshaper", 17, 1, 8, 8, block_out_channels=(4, 8, 8), down_block_types=(down, cross_down, cross_down), up_block_types=(cross_up, cross_up, up), layers_per_block=1, mid_block_type=None, **narrow)
    unet(
        "sdxs-0.9", 18, 1, 8, 8, block_out_channels=(4, 8, 8), down_block_types=(cross_down,) * 3, up_block_types=(cross_up,) * 3, layers_per_block=1,
        mid_block_type=None, only_cross_attention=(True, False, False), use_linear_projection=True, **{**narrow, "attention_head_dim": (1, 2, 4)},
    )  # fmt: skip

    text_encoder("quick-gelu", 7, 1, 12, 0, num_hidden_layers=2, num_attention_heads=2, hidden_act="quick_gelu")
    text_encoder("gelu-skip", 8, 2, 7, 1, num_hidden_layers=3, num_attention_heads=4, hidden_act="gelu", layer_norm_eps=1e-4)

    tiny = AutoencoderTiny
    autoencoder("tiny", 9, tiny, 2, 16, 24, encoder_block_out_channels=(8,) * 3, decoder_block_out_channels=(8,) * 3, num_encoder_blocks=(1, 2, 1), num_decoder_blocks=(1, 2, 1))
    autoencoder(
        "tiny-zero-blocks", 10, tiny, 1, 16, 16, encoder_block_out_channels=(8,) * 4, decoder_block_out_channels=(12,) * 4,
        num_encoder_blocks=(0, 0, 1, 1), num_decoder_blocks=(2, 1, 0, 0), latent_channels=6, scaling_factor=0.7, shift_factor=0.2, act_fn="silu",
    )  # fmt: skip
    autoencoder("tiny-taesd", 19, tiny, 1, 16, 24, encoder_block_out_channels=(4,) * 4, decoder_block_out_channels=(4,) * 4)
    kl = {"norm_num_groups": 4}
    blocks = lambda count: {"down_block_types": ("DownEncoderBlock2D",) * count, "up_block_types": ("UpDecoderBlock2D",) * count}  # noqa: E731
    autoencoder("kl", 11, AutoencoderKL, 2, 8, 16, block_out_channels=(8, 16, 16), layers_per_block=1, **blocks(3), **kl)
    autoencoder(
        "kl-plain", 12, AutoencoderKL, 1, 8, 8, block_out_channels=(8, 16), layers_per_block=2, use_quant_conv=False, use_post_quant_conv=False,
        mid_block_add_attention=False, latent_channels=3, scaling_factor=0.5, shift_factor=0.1, **blocks(2), **kl,
    )  # fmt: skip
    autoencoder("kl-four-levels", 13, AutoencoderKL, 1, 16, 16, block_out_channels=(4, 8, 8, 16), layers_per_block=1, **blocks(4), **kl)


if __name__ == "__main__":
    main()
