"""PyTorch's side of `npm run bench:sd`: one unit of work on a model folder for each line on stdin, seconds as JSON on stdout.

Run: python bench_sd.py step|decode|train FOLDER SIZE_PX THREADS
     python bench_sd.py export FOLDER SIZE_PX OUTPUT.onnx      writes the UNet with torch.onnx, sizes fixed
"""

import json
import sys
import time
from pathlib import Path


def say(message: dict) -> None:
    print(json.dumps(message), flush=True)


try:
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from peft import LoraConfig
except ImportError as error:
    say({"skip": f"PyTorch is not measured: {error.name or error} is not installed for {sys.executable}"})
    raise SystemExit(0)

ATTENTION = r".*\.attn[12]\.to_(q|k|v|out\.0)"


def unet_and_inputs(folder: str, size: int):
    unet = UNet2DConditionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32).eval()
    side = size // 8
    return unet, (torch.randn(1, 4, side, side), torch.tensor([500.0]), torch.randn(1, 77, unet.config.cross_attention_dim))


def work(unit: str, folder: str, size: int):
    if unit == "decode":
        vae = AutoencoderKL.from_pretrained(folder, subfolder="vae", torch_dtype=torch.float32).eval()
        latent = torch.randn(1, 4, size // 8, size // 8)
        return torch.no_grad()(lambda: vae.decode(latent))
    unet, inputs = unet_and_inputs(folder, size)
    if unit == "step":
        return torch.no_grad()(lambda: unet(*inputs))
    unet.requires_grad_(False).add_adapter(LoraConfig(r=16, lora_alpha=16, target_modules=ATTENTION))
    target = torch.randn_like(inputs[0])

    def sample() -> None:
        ((unet(*inputs).sample - target) ** 2).mean().backward()
        for parameter in unet.parameters():
            parameter.grad = None

    return sample


def export(folder: str, size: int, output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    unet, inputs = unet_and_inputs(folder, size)

    class Prediction(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.unet = unet

        def forward(self, sample, timestep, context):
            return self.unet(sample, timestep, context, return_dict=False)[0]

    names = ["sample", "timestep", "encoder_hidden_states"]
    with torch.no_grad():
        torch.onnx.export(Prediction(), inputs, str(output), input_names=names, output_names=["noise_pred"], opset_version=18, dynamo=False)
    Path(f"{output}.json").write_text(json.dumps({"contextWidth": unet.config.cross_attention_dim}))


def main(unit: str, folder: str, size: str, last: str) -> None:
    if unit == "export":
        return export(folder, int(size), Path(last))
    torch.set_num_threads(int(last))
    torch.manual_seed(1)
    turn = work(unit, folder, int(size))
    say({"ready": f"PyTorch {torch.__version__}, diffusers{' and peft' if unit == 'train' else ''}"})
    for _ in sys.stdin:
        started, used = time.perf_counter(), time.process_time()
        turn()
        say({"seconds": time.perf_counter() - started, "cpuSeconds": time.process_time() - used})


if __name__ == "__main__":
    main(*sys.argv[1:])
