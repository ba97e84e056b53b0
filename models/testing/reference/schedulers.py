"""Golden runs of diffusers' schedulers for models/schedulers.

Run: python models/testing/reference/schedulers.py     (writes models/testing/golden/schedulers.json)
The model is a fixed function of its input and the timestep, so that whole runs can be compared without weights.
"""
import json
import logging
import sys
import types
from pathlib import Path

import diffusers
import torch

# DPMSolverSDEScheduler imports torchsde for its noise alone, and here it is given its noise.
sys.modules.setdefault("torchsde", types.ModuleType("torchsde"))
from diffusers.schedulers.scheduling_dpmsolver_sde import DPMSolverSDEScheduler  # noqa: E402

logging.getLogger("diffusers").setLevel(logging.ERROR)
STABLE_DIFFUSION = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
COUNT = 24
STEPS = [1, 4, 5, 20, 25]
SPACINGS = ["leading", "trailing", "linspace"]


def model(sample, timestep):
    return 0.6 * torch.sin(1.7 * sample + float(timestep) / 300) + 0.1 * sample


def short(tensor):
    return [float(f"{value:.8g}") for value in torch.as_tensor(tensor).flatten().tolist()]


def brownian_noise(generator):
    """Unit noise of one random path, drawn where the scheduler looks: from each level to the middle of its step, then to its end."""
    path = {}

    def sample(sigma, sigma_next):
        drawn = torch.randn((1, 4, 2, 3), generator=generator).double()
        top, low = float(sigma), float(sigma_next)
        if path.get("top") != top:
            path.update(top=top, middle=low, moved=drawn * (top - low) ** 0.5)
            return drawn.float()
        moved = path["moved"] + drawn * (path["middle"] - low) ** 0.5
        return (moved / (top - low) ** 0.5).float()

    return sample


def run(class_name, config, steps, start=0, eta=None):
    scheduler_class = DPMSolverSDEScheduler if class_name == "DPMSolverSDEScheduler" else getattr(diffusers, class_name)
    scheduler = scheduler_class.from_config(config)
    scheduler.set_timesteps(steps)
    generator = torch.Generator().manual_seed(steps)
    noise = torch.randn((1, 4, 2, 3), generator=generator)
    if start == 0:
        sample = noise * scheduler.init_noise_sigma
    else:
        original = torch.linspace(-1, 1, COUNT).reshape(1, 4, 2, 3)
        sample = scheduler.add_noise(original, noise, scheduler.timesteps[start : start + 1])
    if hasattr(scheduler, "set_begin_index"):
        # Said outright: guessed from the timestep, diffusers skips a step where the first two round to the same one.
        scheduler.set_begin_index(start)
    if class_name == "DPMSolverSDEScheduler":
        scheduler.noise_sampler = brownian_noise(generator)
    trace = []
    for timestep in scheduler.timesteps[start:]:
        output = model(scheduler.scale_model_input(sample, timestep), timestep)
        takes_generator = class_name in ("EulerAncestralDiscreteScheduler", "LCMScheduler", "TCDScheduler")
        kwargs = {"generator": generator} if takes_generator or eta is not None else {}
        kwargs |= {} if eta is None else {"eta": eta}
        sample = scheduler.step(output, timestep, sample, **kwargs).prev_sample
        trace.append(sample.flatten()[0])
    golden = {
        "config": {"_class_name": class_name, **config},
        "steps": steps,
        "start": start,
        "timesteps": short(scheduler.timesteps),
        "initialNoiseScale": float(scheduler.init_noise_sigma),
        "trace": short(torch.stack(trace)),
        "final": short(sample),
    }
    if eta is not None:
        golden["eta"] = eta
    if hasattr(scheduler, "sigmas") and class_name not in ("LCMScheduler", "DPMSolverSDEScheduler"):
        golden["sigmas"] = short(scheduler.sigmas)
    return golden


def cases():
    for prediction in ["epsilon", "v_prediction"]:
        for steps in STEPS:
            base = {**STABLE_DIFFUSION, "prediction_type": prediction}
            for spacing in SPACINGS:
                spaced = {**base, "timestep_spacing": spacing, "steps_offset": 1 if spacing == "leading" else 0}
                yield run("DDIMScheduler", {**spaced, "clip_sample": False, "set_alpha_to_one": False}, steps)
                yield run("EulerAncestralDiscreteScheduler", spaced, steps)
                for class_name in ["EulerDiscreteScheduler", "DPMSolverMultistepScheduler"]:
                    yield run(class_name, spaced, steps)
                    if steps > 1 or class_name == "DPMSolverMultistepScheduler":
                        yield run(class_name, {**spaced, "use_karras_sigmas": True}, steps)
            yield run("LCMScheduler", base, steps)
            yield run("TCDScheduler", base, steps)
            if steps not in (1, 5, 20) or (prediction == "v_prediction" and steps != 5):
                continue  # keeps the file small
            for spacing in SPACINGS:
                spaced = {**base, "timestep_spacing": spacing, "steps_offset": 1 if spacing == "leading" else 0}
                if steps > 1 or spacing != "linspace":
                    yield run("PNDMScheduler", {**spaced, "skip_prk_steps": True}, steps)
                for class_name in ["HeunDiscreteScheduler", "DPMSolverSDEScheduler", "UniPCMultistepScheduler", "DEISMultistepScheduler"]:
                    if steps > 1 or class_name not in ("HeunDiscreteScheduler", "DPMSolverSDEScheduler"):
                        yield run(class_name, spaced, steps)
                        # DEIS repeats the last Karras level: a single step would go nowhere.
                        if steps > 1 or class_name != "DEISMultistepScheduler":
                            yield run(class_name, {**spaced, "use_karras_sigmas": True}, steps)
    # The branches of the configuration, one at a time.
    sd = {**STABLE_DIFFUSION, "timestep_spacing": "leading", "steps_offset": 1}
    yield run("DDIMScheduler", {}, 10)
    yield run("DDIMScheduler", {**sd, "clip_sample": True, "clip_sample_range": 0.7, "set_alpha_to_one": True}, 10)
    yield run("DDIMScheduler", {**sd, "prediction_type": "sample", "clip_sample": False}, 10)
    yield run("DDIMScheduler", {**sd, "beta_schedule": "squaredcos_cap_v2", "clip_sample": False}, 10)
    zero_snr = {**STABLE_DIFFUSION, "rescale_betas_zero_snr": True, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}
    yield run("DDIMScheduler", {**zero_snr, "clip_sample": False}, 10)
    yield run("EulerDiscreteScheduler", zero_snr, 10)
    yield run("EulerAncestralDiscreteScheduler", zero_snr, 10)
    yield run("DPMSolverMultistepScheduler", zero_snr, 10)
    yield run("LCMScheduler", zero_snr, 4)
    yield run("EulerDiscreteScheduler", {}, 10)
    yield run("EulerDiscreteScheduler", {**sd, "final_sigmas_type": "sigma_min"}, 10)
    yield run("EulerDiscreteScheduler", {**sd, "prediction_type": "sample"}, 10)
    yield run("DPMSolverMultistepScheduler", {}, 10)
    yield run("DPMSolverMultistepScheduler", {**sd, "final_sigmas_type": "sigma_min"}, 10)
    yield run("DPMSolverMultistepScheduler", {**sd, "final_sigmas_type": "sigma_min"}, 20)
    yield run("DPMSolverMultistepScheduler", {**sd, "final_sigmas_type": "sigma_min", "euler_at_final": True}, 20)
    yield run("DPMSolverMultistepScheduler", {**sd, "solver_order": 1}, 10)
    yield run("DPMSolverMultistepScheduler", {**sd, "prediction_type": "sample"}, 10)
    cosine = {"beta_schedule": "squaredcos_cap_v2", "lambda_min_clipped": -5.1}
    for spacing in SPACINGS:
        yield run("DPMSolverMultistepScheduler", {**cosine, "timestep_spacing": spacing}, 10)
    yield run("DPMSolverMultistepScheduler", {**cosine, "use_karras_sigmas": True}, 10)
    yield run("LCMScheduler", {**sd, "original_inference_steps": 100, "timestep_scaling": 5.0}, 7)
    yield run("LCMScheduler", {"num_train_timesteps": 500, "clip_sample": True}, 4)
    for eta in [0.0, 0.5, 1.0]:
        yield run("DDIMScheduler", {**sd, "clip_sample": False}, 7, eta=eta)
        yield run("TCDScheduler", sd, 5, eta=eta)
    yield run("DDIMScheduler", {**sd, "prediction_type": "v_prediction", "clip_sample": True, "set_alpha_to_one": False}, 4, eta=1.0)
    for class_name in ["HeunDiscreteScheduler", "DPMSolverSDEScheduler", "UniPCMultistepScheduler", "DEISMultistepScheduler", "TCDScheduler"]:
        yield run(class_name, {}, 10)
        yield run(class_name, {**sd, "beta_schedule": "squaredcos_cap_v2"}, 10)
        if class_name != "DPMSolverSDEScheduler":
            yield run(class_name, {**sd, "prediction_type": "sample"}, 10)
    yield run("PNDMScheduler", {"skip_prk_steps": True}, 10)
    yield run("PNDMScheduler", {**sd, "skip_prk_steps": True, "set_alpha_to_one": True}, 10)
    yield run("HeunDiscreteScheduler", {**sd, "clip_sample": True, "clip_sample_range": 0.7}, 10)
    yield run("UniPCMultistepScheduler", zero_snr, 10)
    yield run("TCDScheduler", zero_snr, 4)
    yield run("TCDScheduler", {**sd, "original_inference_steps": 100}, 7)
    for options in [{"solver_type": "bh1"}, {"solver_order": 1}, {"lower_order_final": False}, {}]:
        for steps in [7, 20]:
            yield run("UniPCMultistepScheduler", {**sd, "final_sigmas_type": "sigma_min", **options}, steps)
    for options in [{"solver_order": 1}, {"lower_order_final": False}]:
        yield run("DEISMultistepScheduler", {**sd, **options}, 7)
    # Image to image: begin in the middle.
    for class_name in ["DDIMScheduler", "EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler", "DPMSolverMultistepScheduler", "LCMScheduler"]:
        yield run(class_name, {**sd, "clip_sample": False} if class_name == "DDIMScheduler" else sd, 10, start=6)
    for class_name in ["HeunDiscreteScheduler", "DPMSolverSDEScheduler"]:
        yield run(class_name, sd, 10, start=12)
    for class_name in ["UniPCMultistepScheduler", "DEISMultistepScheduler", "TCDScheduler"]:
        yield run(class_name, sd, 10, start=6)
    for start in [1, 6]:
        yield run("PNDMScheduler", {**sd, "skip_prk_steps": True}, 10, start=start)


def noise_schedules():
    for name, config in [
        ("stable diffusion", STABLE_DIFFUSION),
        ("linear", {}),
        ("cosine", {"beta_schedule": "squaredcos_cap_v2"}),
        ("zero snr", {**STABLE_DIFFUSION, "rescale_betas_zero_snr": True}),
    ]:
        scheduler = diffusers.DDIMScheduler(**config)
        original, noise = torch.linspace(-1, 1, 5), torch.tensor([0.3, -1.0, 2.0, 0.1, -0.4])
        times = torch.tensor([400])
        yield {
            "name": name,
            "config": {"_class_name": "DDIMScheduler", **config},
            "every50": short(scheduler.alphas_cumprod[::50]),
            "last": short(scheduler.alphas_cumprod[-2:]),
            "noisy400": short(scheduler.add_noise(original[None], noise[None], times)),
            "velocity400": short(scheduler.get_velocity(original[None], noise[None], times)),
        }


golden = {"diffusers": diffusers.__version__, "schedules": list(noise_schedules()), "runs": list(cases())}
path = Path(__file__).resolve().parents[1] / "golden" / "schedulers.json"
path.write_text(json.dumps(golden, separators=(",", ":")))
print(len(golden["runs"]), "runs,", path.stat().st_size, "bytes")
