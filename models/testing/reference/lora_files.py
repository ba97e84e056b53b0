"""LoRA files as the libraries themselves write them, and what diffusers draws with them.

Writes one small LoRA file per layout for the model of golden/pipeline, and `expected.safetensors`: for every case the final latents,
the float picture and some of the merged weights. The writers are diffusers, peft, kohya's sd-scripts (networks/lora.py), cloneofsimo's
lora_diffusion (lora.py) and LyCORIS; the last three are given as source folders.

Run: python lora_files.py PIPELINE_FOLDER OUTPUT_FOLDER SD_SCRIPTS CLONEOFSIMO LYCORIS
"""

import importlib.util
import json
import shutil
import sys
import types
from pathlib import Path

import torch
from diffusers import DDIMScheduler, LCMScheduler, StableDiffusionPipeline
from diffusers.utils import convert_state_dict_to_diffusers
from peft import LoraConfig, get_peft_model
from peft.utils import get_peft_model_state_dict
from safetensors.torch import load_file, save_file

PROMPT, NEGATIVE = "a portrait of a woman", "blurry"
ATTENTION = r".*\.attn[12]\.to_(q|k|v|out\.0)"
ALL = (
    r".*(\.attn[12]\.to_(q|k|v|out\.0)|\.ff\.net\.(0\.proj|2)|\.attentions\.\d+\.proj_(in|out)"
    r"|\.resnets\.\d+\.(conv1|conv2|conv_shortcut|time_emb_proj)|\.(downsamplers|upsamplers)\.0\.conv)"
)
TEXT = ["q_proj", "k_proj", "v_proj", "out_proj"]
# For the others the picture is enough.
FUSED = ["kohya", "peft", "lcm", "two"]
# One of every kind of layer that a LoRA changes.
MERGED = {
    "unet": [
        "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k",
        "mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj",
        "up_blocks.0.attentions.1.proj_in",
        "up_blocks.1.resnets.0.time_emb_proj",
        "down_blocks.0.downsamplers.0.conv",
    ],
    "text_encoder": ["encoder.layers.1.self_attn.q_proj"],
}


def open_pipeline(folder: Path) -> StableDiffusionPipeline:
    pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32, safety_checker=None)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def fill(parameters, seed: int, spread: float) -> None:
    """Values that matter, exact in half precision, so that float16 files hold what was computed with."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in parameters:
        parameter.data = (spread * torch.randn(parameter.shape, generator=generator)).half().float()


def factors_of(model):
    return [value for key, value in model.named_parameters() if "lora_" in key]


class Book:
    """Collects what the tests expect."""

    def __init__(self):
        self.tensors, self.cases = {}, {}

    def draw(self, name: str, pipeline, files, scheduler: str = "ddim", steps: int = 4, guidance: float = 5.0, **facts) -> None:
        scheduler_class = {"ddim": DDIMScheduler, "lcm": LCMScheduler}[scheduler]
        pipeline.scheduler = scheduler_class.from_config(pipeline.scheduler.config)
        arguments = dict(prompt=PROMPT, negative_prompt=NEGATIVE, num_inference_steps=steps, guidance_scale=guidance, width=32, height=32)
        for kind, key in (("latent", "latents"), ("pt", "picture")):
            drawn = pipeline(**arguments, generator=torch.Generator("cpu").manual_seed(11), output_type=kind).images
            self.tensors[f"{name}.{key}"] = drawn if kind == "latent" else drawn.half()
        self.cases[name] = dict(files=files, scheduler=scheduler, steps=steps, guidance=guidance, seed=11, **facts)

    def merge(self, name: str, pipeline) -> None:
        """Call after the LoRA was merged into the layers."""
        for part, paths in MERGED.items():
            prefix = "text_encoder.text_model" if part == "text_encoder" else part
            for path in paths:
                module = getattr(pipeline, part).get_submodule(path)
                weight = module.base_layer.weight if hasattr(module, "base_layer") else module.weight
                self.tensors[f"{name}.merged.{prefix}.{path}.weight"] = weight.detach().float()

    def load(self, name: str, base: Path, files, **options) -> None:
        """What diffusers makes of files with weights."""
        pipeline = open_pipeline(base)
        for index, (file, _) in enumerate(files):
            pipeline.load_lora_weights(str(file.parent), weight_name=file.name, adapter_name=f"a{index}")
        names, weights = [f"a{index}" for index in range(len(files))], [weight for _, weight in files]
        pipeline.set_adapters(names, weights)
        self.draw(name, pipeline, [[file.name, weight] for file, weight in files], **options)
        if name in FUSED:
            pipeline.fuse_lora(components=["unet", "text_encoder"], adapter_names=names)
            self.merge(name, pipeline)


def import_file(name: str, path: Path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def import_sd_scripts(folder: Path):
    """networks/lora.py with the two imports that it needs only for SDXL and for logging left out."""
    library, utils, sdxl, train_util = (types.ModuleType(name) for name in ("library", "library.utils", "library.sdxl_original_unet", "library.train_util"))
    utils.setup_logging = lambda *_, **__: None
    sdxl.SdxlUNet2DConditionModel = type("SdxlUNet2DConditionModel", (), {})
    train_util.precalculate_safetensors_hashes = lambda tensors, metadata: ("", "")
    library.utils, library.sdxl_original_unet, library.train_util = utils, sdxl, train_util
    sys.modules |= {"library": library, "library.utils": utils, "library.sdxl_original_unet": sdxl, "library.train_util": train_util}
    return import_file("kohya_lora", folder / "networks" / "lora.py")


class TextModel(torch.nn.Module):
    """transformers 4 kept the encoder under `text_model`, and kohya's files name it so."""

    def __init__(self, encoder):
        super().__init__()
        self.text_model = encoder


def kohya_files(base: Path, out: Path, sd_scripts: Path) -> None:
    kohya = import_sd_scripts(sd_scripts)
    for name, dtype, options in (
        ("kohya", torch.float16, dict(network_dim=4, network_alpha=1, conv_dim=2, conv_alpha=1.5)),
        ("kohya-bfloat16", torch.bfloat16, dict(network_dim=3, network_alpha=None)),
    ):
        kohya.LoRANetwork.UNET_TARGET_REPLACE_MODULE = ["Transformer2DModel"]  # create_network adds to it in place
        pipeline = open_pipeline(base)
        text = TextModel(pipeline.text_encoder) if name == "kohya" else torch.nn.Module()
        network = kohya.create_network(1.0, vae=None, text_encoder=text, unet=pipeline.unet, **options)
        network.apply_to(text, pipeline.unet, apply_text_encoder=name == "kohya")
        fill(network.parameters(), 21, 0.25)
        network.save_weights(str(out / f"{name}.safetensors"), dtype, {"ss_network_module": "networks.lora"})


def diffusers_files(base: Path, out: Path) -> None:
    def save(name: str, unet, text, **metadata) -> None:
        StableDiffusionPipeline.save_lora_weights(out, unet_lora_layers=unet, text_encoder_lora_layers=text, weight_name=f"{name}.safetensors", **metadata)

    pipeline = open_pipeline(base)
    unet_config = LoraConfig(r=3, lora_alpha=6, target_modules=ALL, rank_pattern={"attn2.to_k": 5, "conv1": 2}, alpha_pattern={"attn2.to_k": 2.5, r".*time_emb_proj": 1})
    text_config = LoraConfig(r=2, lora_alpha=3, target_modules=TEXT)
    pipeline.unet.add_adapter(unet_config)
    pipeline.text_encoder.add_adapter(text_config)
    fill(factors_of(pipeline.unet), 22, 0.2)
    fill(factors_of(pipeline.text_encoder), 23, 0.3)
    unet, text = get_peft_model_state_dict(pipeline.unet), get_peft_model_state_dict(pipeline.text_encoder)
    save("peft", unet, text, unet_lora_adapter_metadata=unet_config.to_dict(), text_encoder_lora_adapter_metadata=text_config.to_dict())
    attention = {key: value for key, value in unet.items() if ".attn" in key}
    # As the training examples of diffusers write it. Attention only: what else there is keeps its PEFT name, and then diffusers ignores the renamed ones.
    save("diffusers-renamed", convert_state_dict_to_diffusers(attention), convert_state_dict_to_diffusers(text))

    # Before PEFT the attention processors held the factors. diffusers no longer writes this, but reads it.
    old = {}
    for key, value in attention.items():
        path, side = key.split(".lora_")
        parent, name = path.replace("to_out.0", "to_out").rsplit(".", 1)
        old[f"unet.{parent}.processor.{name}_lora.{'down' if side[0] == 'A' else 'up'}.weight"] = value.contiguous()
    names = {"q_proj": "to_q", "k_proj": "to_k", "v_proj": "to_v", "out_proj": "to_out"}
    for key, value in text.items():
        path, side = key.split(".lora_")
        parent, name = path.rsplit(".", 1)
        old[f"text_encoder.text_model.{parent}.{names[name]}_lora.{'down' if side[0] == 'A' else 'up'}.weight"] = value.contiguous()
    save_file(old, out / "old-diffusers.safetensors", {"format": "pt"})

    # As the LCM distillation script of diffusers writes its acceleration LoRA (get_module_kohya_state_dict): every layer, convolutions too.
    kohya = {}
    for key, value in unet.items():
        name = f"lora_unet.{key}".replace("lora_A", "lora_down").replace("lora_B", "lora_up")
        name = name.replace(".", "_", name.count(".") - 2)
        kohya |= {name: value.half().contiguous(), f"{name.split('.')[0]}.alpha": torch.tensor(1.5).half()}
    save_file(kohya, out / "lcm.safetensors")


def peft_folder(base: Path, out: Path, book: Book) -> None:
    pipeline = open_pipeline(base)
    model = get_peft_model(pipeline.unet, LoraConfig(r=4, lora_alpha=3, use_rslora=True, target_modules=ATTENTION, alpha_pattern={"attn1.to_q": 8}))
    fill(factors_of(model), 24, 0.2)
    folder = out / "peft-folder"
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    config = json.loads((folder / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = ""
    (folder / "adapter_config.json").write_text(json.dumps(config, sort_keys=True))
    book.draw("peft-folder", pipeline, [["peft-folder", 1]])
    model.merge_and_unload()
    book.merge("peft-folder", pipeline)


def cloneofsimo_files(base: Path, out: Path, folder: Path, book: Book) -> None:
    lora = import_file("cloneofsimo_lora", folder / "lora_diffusion" / "lora.py")
    unet_targets, text_targets = {"CrossAttention", "Attention", "GEGLU"}, {"CLIPAttention"}
    for name, is_of_2023, extended in (("cloneofsimo", False, False), ("cloneofsimo-2023", True, False), ("cloneofsimo-extended", True, True)):
        pipeline = open_pipeline(base)
        if is_of_2023:
            # diffusers 0.13 registered the feed-forward layer between the two attentions; the files number the layers in that order.
            for module in pipeline.unet.modules():
                if module.__class__.__name__ == "BasicTransformerBlock":
                    order = ["attn1", "ff", "attn2"]
                    module._modules = {key: module._modules[key] for key in [*order, *(key for key in module._modules if key not in order)]}
        targets = unet_targets | ({"ResnetBlock2D"} if extended else set())
        (lora.inject_trainable_lora_extended if extended else lora.inject_trainable_lora)(pipeline.unet, targets, r=2)
        lora.inject_trainable_lora(pipeline.text_encoder, text_targets, r=3)
        pipeline.unet.eval()  # the convolutions come with a dropout of 0.1
        fill(factors_of(pipeline.unet), 25, 0.3)
        fill(factors_of(pipeline.text_encoder), 26, 0.3)
        lora.save_safeloras({"unet": (pipeline.unet, targets), "text_encoder": (pipeline.text_encoder, text_targets)}, str(out / f"{name}.safetensors"))
        book.draw(name, pipeline, [[f"{name}.safetensors", 1]])


def lycoris_file(base: Path, out: Path, folder: Path, book: Book) -> None:
    sys.path.insert(0, str(folder))
    from lycoris import LycorisNetwork, create_lycoris

    LycorisNetwork.LORA_PREFIX = "lora_unet"
    pipeline = open_pipeline(base)
    preset = out / "preset.toml"
    preset.write_text('enable_conv = true\ntarget_module = ["Transformer2DModel", "ResnetBlock2D", "Downsample2D", "Upsample2D"]\ntarget_name = []\n')
    network = create_lycoris(pipeline.unet, 1.0, linear_dim=3, linear_alpha=2, conv_dim=2, conv_alpha=1.5, algo="lora", use_tucker=True, preset=str(preset))
    preset.unlink()
    network.apply_to()
    fill([value for key, value in network.named_parameters() if "lora_" in key], 27, 0.3)
    network.save_weights(str(out / "locon-tucker.safetensors"), torch.float16, {})
    book.draw("locon-tucker", pipeline, [["locon-tucker.safetensors", 1]])


def main(base: Path, out: Path, sd_scripts: Path, cloneofsimo: Path, lycoris: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    book = Book()
    kohya_files(base, out, sd_scripts)
    diffusers_files(base, out)
    for name in ("kohya", "kohya-bfloat16", "peft", "diffusers-renamed", "old-diffusers"):
        book.load(name, base, [(out / f"{name}.safetensors", 1.0)])
    book.load("lcm", base, [(out / "lcm.safetensors", 1.0)], scheduler="lcm", guidance=1.0)
    book.load("two", base, [(out / "kohya.safetensors", 0.7), (out / "peft.safetensors", -0.4)])
    peft_folder(base, out, book)
    cloneofsimo_files(base, out, cloneofsimo, book)
    lycoris_file(base, out, lycoris, book)
    tensors = {key: value.detach().contiguous() for key, value in book.tensors.items()}
    save_file(tensors, out / "expected.safetensors", {"cases": json.dumps(book.cases), "prompt": PROMPT, "negative": NEGATIVE})
    for file in sorted(out.rglob("*.*")):
        print(file.relative_to(out), file.stat().st_size)
    for name in book.cases:
        print(name, "latents up to", round(book.tensors[f"{name}.latents"].abs().max().item(), 2))


if __name__ == "__main__":
    with torch.no_grad():
        main(*(Path(argument) for argument in sys.argv[1:6]))
