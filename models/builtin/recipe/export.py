"""Write the model folder in diffusers' layout and float16, from the checkpoints. The averaged weights are exported."""

import argparse
import json
from pathlib import Path

import torch
from diffusers import AutoencoderTiny, StableDiffusionPipeline
from safetensors.torch import save_file
from transformers import CLIPTokenizer

from networks import make_scheduler
from train_unet import Model


def write_weights(state: dict[str, torch.Tensor], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.detach().half().contiguous() for name, value in state.items()}, path, metadata={"format": "pt"})


def write_config(config: dict, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--unet", type=Path, required=True, help="scratch folder of train_unet.py")
    parser.add_argument("--model", type=Path, required=True, help="the model folder; its tokenizer/ must be there")
    args = parser.parse_args()

    vae = AutoencoderTiny.from_pretrained(args.vae)
    write_weights(vae.state_dict(), args.model / "vae/diffusion_pytorch_model.safetensors")
    write_config({k: v for k, v in vae.config.items() if k not in ("_name_or_path", "_use_default_values")} | {"_class_name": "AutoencoderTiny"}, args.model / "vae/config.json")

    tokenizer = CLIPTokenizer.from_pretrained(args.model / "tokenizer")
    model = Model(len(tokenizer), tokenizer.model_max_length)
    state = torch.load(args.unet / "unet.pt")
    with torch.no_grad():
        for weight, average in zip(model.parameters(), state["average"]):
            weight.copy_(average)
    write_weights(model.unet.state_dict(), args.model / "unet/diffusion_pytorch_model.safetensors")
    write_config({k: v for k, v in model.unet.config.items() if k not in ("_name_or_path", "_use_default_values")} | {"_class_name": "UNet2DConditionModel"}, args.model / "unet/config.json")
    # transformers 5 drops the prefix `text_model.` on saving; every Stable Diffusion reader expects it, and 5 reads it too.
    text = {name if name.startswith("text_model.") else "text_model." + name: value for name, value in model.text_encoder.state_dict().items()}
    write_weights({name: value for name, value in text.items() if not name.endswith("position_ids")}, args.model / "text_encoder/model.safetensors")
    # transformers 5 loads in the dtype named here; the other parts load as float32 unless asked.
    config = model.text_encoder.config.to_dict() | {"architectures": ["CLIPTextModel"], "torch_dtype": "float32"}
    kept = ("architectures", "attention_dropout", "bos_token_id", "eos_token_id", "pad_token_id", "hidden_act", "hidden_size", "initializer_factor",
            "initializer_range", "intermediate_size", "layer_norm_eps", "max_position_embeddings", "model_type", "num_attention_heads",
            "num_hidden_layers", "projection_dim", "torch_dtype", "vocab_size")
    write_config({key: config[key] for key in kept}, args.model / "text_encoder/config.json")
    make_scheduler().save_pretrained(args.model / "scheduler")
    write_config(
        {
            "_class_name": "StableDiffusionPipeline",
            "feature_extractor": [None, None],
            "image_encoder": [None, None],
            "requires_safety_checker": False,
            "safety_checker": [None, None],
            "scheduler": ["diffusers", "DDIMScheduler"],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderTiny"],
        },
        args.model / "model_index.json",
    )
    pipeline = StableDiffusionPipeline.from_pretrained(args.model)
    # One step, because a text encoder that loads as float16 beside a float32 UNet fails only when it is called.
    pipeline("a photo of a woman", num_inference_steps=1, generator=torch.Generator().manual_seed(0))
    size = sum(path.stat().st_size for path in args.model.rglob("*.safetensors"))
    print("step", state["step"], "seen", state["seen"], "bytes of weights", size, "loaded", type(pipeline).__name__)


if __name__ == "__main__":
    main()
