"""The final configurations of text encoder, UNet and noise schedule. Export and training both read them here."""

from transformers import CLIPTextConfig, CLIPTextModel
from diffusers import DDIMScheduler, UNet2DConditionModel

TEXT_WIDTH = 192

UNET = dict(
    sample_size=24,
    in_channels=8,
    out_channels=8,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    mid_block_type="UNetMidBlock2DCrossAttn",
    up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    # Most of the weights sit at 12 x 12 and 6 x 6, where they cost little; 24 x 24 gets 64 channels and no attention.
    block_out_channels=(64, 128, 192),
    layers_per_block=1,
    norm_num_groups=32,
    attention_head_dim=(2, 4, 6),  # number of heads, despite the name: 32 channels per head
    cross_attention_dim=TEXT_WIDTH,
    transformer_layers_per_block=1,
)

SCHEDULER = dict(
    num_train_timesteps=1000,
    beta_schedule="scaled_linear",
    beta_start=0.00085,
    beta_end=0.012,
    prediction_type="v_prediction",
    clip_sample=False,
    set_alpha_to_one=False,
    steps_offset=1,
    timestep_spacing="leading",
)


def make_text_encoder(vocabulary: int, tokens: int) -> CLIPTextModel:
    """A causal CLIP text model; the two last vocabulary entries are start and end."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=TEXT_WIDTH,
            intermediate_size=4 * TEXT_WIDTH,
            num_hidden_layers=3,
            num_attention_heads=TEXT_WIDTH // 32,
            max_position_embeddings=tokens,
            hidden_act="quick_gelu",
            projection_dim=TEXT_WIDTH,
            bos_token_id=vocabulary - 2,
            eos_token_id=vocabulary - 1,
            pad_token_id=vocabulary - 1,
        )
    )


def make_unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(**UNET)


def make_scheduler() -> DDIMScheduler:
    return DDIMScheduler(**SCHEDULER)
