"""Vary a caption record: order, synonyms, dropped clauses, quality words. One call gives one caption.

The model learns only words it meets, so the words of a headshot app are put where they are true:
"professional headshot" and "studio" where clothes and a plain backdrop are in view, "close up" where the
face fills the frame, praise on the most photographic third, and the usual negative-prompt words on the
pictures judged least photographic. `ohwx` is met as a word without meaning, so that a likeness can claim it.
"""

import random
import re

GOOD = ["photorealistic", "realistic", "high quality", "sharp focus", "detailed", "hd", "real skin texture", "natural skin texture"]
BAD = ["painting", "low quality", "blurry", "cartoon", "deformed", "illustration", "bad anatomy", "worst quality", "watermark",
       "distorted", "ugly", "disfigured", "lowres", "text", "drawing", "painterly", "oversaturated", "harsh shadows"]
SYNONYMS = [
    (r"\bdark blue (?=suit|blazer|sweater|shirt|blouse|t-shirt|background|jacket)", ["navy ", "navy blue "], 0.4),
    (r"\bdark red\b", ["burgundy", "maroon"], 0.3),
    (r"\bdark grey (?=suit|blazer|sweater)", ["charcoal "], 0.3),
    (r"\bgrey\b", ["gray"], 0.2),
    (r"\bblazer\b", ["jacket"], 0.12),
    (r"\bsweater\b", ["jumper", "turtleneck", "cardigan", "hoodie"], 0.15),
    (r"\bwearing\b", ["in", "dressed in"], 0.15),
    (r"\bbeard\b", ["full beard"], 0.05),
    (r"\bserious\b", ["serious expression", "confident"], 0.2),
    (r"\b(calm|relaxed)\b", ["neutral expression", "calm expression", "confident"], 0.25),
    (r"\b(smiling|happy smile|friendly smile|kind smile)\b", ["smiling", "happy smile", "friendly smile", "warm smile", "smile", "smiling at camera"], 0.4),
    (r"\bblurred office background\b", ["in an office", "office background", "modern office background", "corporate office background, bokeh"], 0.5),
    (r"\bblurred park background\b", ["outdoors, park background", "park background", "outdoor background, natural light", "garden background", "nature background, bokeh"], 0.5),
    (r"\bblurred city background\b", ["city background", "street background", "outdoors, city background, bokeh"], 0.5),
    (r"\bblurred bookshelf background\b", ["library background", "bookshelf background", "in a library"], 0.5),
    (r"\bbrick wall background\b", ["brick wall", "in front of a brick wall"], 0.4),
    (r"\bold (man|woman)\b", [r"elderly \1", r"senior \1"], 0.1),
]
FRAMES_CG = ["a portrait photo of", "a photo of", "photo of", "headshot of", "professional headshot of", "a professional headshot of",
             "corporate headshot of", "professional portrait of", "studio portrait of", "portrait of", "a headshot photo of", "business portrait of"]
FRAMES_CLOSE = ["a close up portrait of", "a close up portrait of", "close up portrait of", "a close up photo of", "closeup photo of", "close up photo of",
                "a close up headshot of"]
FRAMES_MAIN = ["a portrait photo of", "a photo of", "photo of", "close up portrait of", "closeup photo of", "portrait of", "close up photo of", "headshot of"]


def caption_cg(labels: dict, chance: random.Random) -> str:
    """A caption of a rendered portrait, built from its complete labels."""
    hair = labels["hair"]
    if chance.random() < 0.5 and labels["hair_colour"] and hair.startswith(labels["hair_colour"]):
        rest = hair[len(labels["hair_colour"]) :].strip().rsplit(" ", 1)[0]
        hair = f"{rest} {labels['hair_colour']} hair"
    age = "" if chance.random() < 0.2 else labels["age"] + " "
    subject = f"{'an' if age.startswith('old') else 'a'} {age}{labels['sex']}"
    details = [] if chance.random() < 0.1 else [hair]
    if labels["facial_hair"] and chance.random() < 0.85:
        details.append(labels["facial_hair"])
    if chance.random() < 0.1:
        details.append(labels["eyes"] + " eyes")
    if details:
        subject += " with " + " and ".join(details)
    worn = "" if chance.random() < 0.08 else "wearing " + labels["garment"]
    clauses = []
    if worn and chance.random() < 0.4:
        subject, worn = subject + " " + worn, ""
    for clause, drop in ((labels["expression"], 0.15), (labels["skin"], 0.4), (worn, 0.0), (labels["background"], 0.07)):
        if clause and chance.random() >= drop:
            clauses.append(clause)
    text = ", ".join([subject, *clauses])
    plain = not re.search("blurred|brick", labels["background"])
    if plain and "background" in text:
        text = re.sub(r"(?<!plain )((light |dark )?\w+ background)$", lambda found: chance.choice(["", "", "plain ", "studio "]) .replace("studio ", "") + found[0], text)
        if chance.random() < 0.2:
            text = text.replace(" background", chance.choice([" studio background", " backdrop", " wall background"]))
        if chance.random() < 0.15:
            text += chance.choice([", studio lighting", ", softbox lighting", ", soft light", ", studio", ", in a studio"])
    return text


def vary(record: dict, part: str, mirrored: bool, close: bool, chance: random.Random) -> str:
    """One caption for this record, close up or not; '' in one case of ten, for classifier-free guidance."""
    if chance.random() < 0.1:
        return ""
    labels = record["labels"]
    if part == "cg":
        text = caption_cg(labels, chance)
        frame = chance.choice(FRAMES_CLOSE if close else FRAMES_CG)
    else:
        text = record["caption"].removeprefix("a portrait photo of ")
        first, *clauses = text.split(", ")
        if chance.random() < 0.12:
            first = first.split(" with ")[0]
        text = ", ".join([first, *(clause for clause in clauses if " with " in clause or chance.random() > 0.15)])
        if chance.random() < 0.2:
            text = re.sub(r"\b(young|old|middle-aged) ", "", text, count=1)
        frame = chance.choice(FRAMES_MAIN)
    for pattern, choices, share in SYNONYMS:
        if chance.random() < share:
            text = re.sub(pattern, lambda found: found.expand(chance.choice(choices)), text)
    if chance.random() < 0.06:
        text = re.sub(r"\b(man|woman)\b", "person", text, count=1)
    if chance.random() < 0.06:
        text = re.sub(r"\b(man|woman|person)\b", r"ohwx \1", text, count=1)
        text = re.sub(r"^an? (?=ohwx)", "", text)
    text = frame + " " + text
    if part == "cg":
        words = GOOD if chance.random() < 0.2 else []
    else:
        score = labels.get("photo_score", 0.7)
        bad = part == "extra" or score < 0.57
        words = BAD if bad and chance.random() < 0.5 else GOOD if score > 0.72 and chance.random() < 0.3 else []
    if words:
        text += ", " + ", ".join(chance.sample(words, chance.randint(1, 3)))
    text = re.sub(r"\ba (?=orange|old|elderly|office)", "an ", re.sub(r"\ban (?=young|middle|grey|gray|man|woman|person|senior)", "a ", text))
    if mirrored:
        text = re.sub(r"\b(left|right)\b", lambda found: {"left": "right", "right": "left"}[found[0]], text)
    return text
