"""Make the vocabulary: CLIP's byte-level BPE, with merges learned so that every word we know is one token.

The merges are ordinary BPE merges learned on the word list until each word has become one symbol;
encoding applies merges in the order they were learned, so each of these words comes out whole,
and any other word falls back to pieces and at last to bytes.
"""

import argparse
import json
import re
from collections import Counter
from pathlib import Path

MAX_TOKENS = 48  # the longest caption takes 44

# What people type into a headshot app, beyond the words of the captions. Each is one token.
PROMPT_WORDS = """
photo photograph photography picture headshot portrait professional corporate business linkedin passport profile studio softbox
office window light lighting lit soft bright natural daylight warm cool golden hour sunset sunny outdoor outdoors indoor nature
garden forest beach street cafe library home wall backdrop gradient background plain blurred bokeh blurry depth of field focus
sharp detailed detail high low quality resolution hd realistic photorealistic real skin texture face facing camera looking at
viewer left right side front view close up closeup upper body shoulders head centered suit tie blazer shirt blouse sweater
turtleneck jumper hoodie jacket coat dress vest cardigan polo collar scarf hat cap bow tuxedo uniform t tee jeans denim leather
linen wool cotton smiling smile grin laughing neutral serious confident friendly relaxed calm happy sad angry expression
glasses eyeglasses sunglasses earrings necklace makeup lipstick person people man woman men women male female lady gentleman
adult young middle aged old senior elderly dark pale tan tanned olive white black grey gray blue navy green teal red orange
yellow pink purple brown beige burgundy maroon cream gold silver charcoal colour color colourful colorful
monochrome deformed disfigured distorted ugly bad anatomy mutated mutation extra limbs fingers hands hand cartoon anime drawing
sketch illustration painting painterly oil watercolor watercolour render rendered cgi 3d game worst lowres pixelated noise
noisy grainy jpeg artifact artifacts watermark text signature logo username cropped frame border duplicate double two faces
cross eyed crossed eyes squint crooked teeth mouth nose ears overexposed underexposed saturated oversaturated contrast harsh
shadow shadows flat plastic doll wax mask nude child kid
a an the of in on with and or wearing by from is as for no not very beard moustache mustache stubble goatee clean shaven bald
hair short long medium curly wavy straight bun bob ponytail fringe bangs braid braided shaved buzz cut blonde blond red brunette
ginger asian african european indian latino hispanic middle eastern black caucasian doctor lawyer engineer teacher founder ceo
ohwx sks zwx tok
"""


def byte_symbols() -> list[str]:
    """CLIP's 256 printable stand-ins for bytes, in CLIP's order."""
    kept = list(range(ord("!"), ord("~") + 1)) + list(range(ord("¡"), ord("¬") + 1)) + list(range(ord("®"), ord("ÿ") + 1))
    return [chr(byte) for byte in kept] + [chr(256 + index) for index in range(256 - len(kept))]


def learn_merges(words: list[str]) -> list[tuple[str, str]]:
    """BPE merges, most frequent pair first (ties by spelling), until every word is a single symbol."""
    pieces = [list(word[:-1]) + [word[-1] + "</w>"] for word in words]
    merges = []
    while True:
        pairs = Counter(pair for word in pieces for pair in zip(word, word[1:]))
        if not pairs:
            return merges
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word in pieces:
            index = 0
            while index < len(word) - 1:
                if (word[index], word[index + 1]) == best:
                    word[index : index + 2] = ["".join(best)]
                index += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vocabularies", type=Path, nargs="+", required=True, help="vocabulary.txt and vocabulary-cg.txt")
    parser.add_argument("--out", type=Path, required=True, help="the model's tokenizer folder")
    args = parser.parse_args()

    text = PROMPT_WORDS + "\n".join(line.split("\t")[0].split()[0] for path in args.vocabularies for line in path.read_text().splitlines() if line)
    words = sorted(set(re.findall(r"[a-z]+", text.lower())))
    merges = learn_merges([word for word in words if len(word) > 1])
    symbols = byte_symbols()
    vocabulary = symbols + [symbol + "</w>" for symbol in symbols] + ["".join(merge) for merge in merges]
    vocabulary += ["<|startoftext|>", "<|endoftext|>"]
    assert len(set(vocabulary)) == len(vocabulary)

    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "vocab.json").write_text(json.dumps({token: index for index, token in enumerate(vocabulary)}, ensure_ascii=False))
    (args.out / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in merges))
    special = dict(bos_token="<|startoftext|>", eos_token="<|endoftext|>", pad_token="<|endoftext|>", unk_token="<|endoftext|>")
    (args.out / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n")
    config = dict(tokenizer_class="CLIPTokenizer", model_max_length=MAX_TOKENS, do_lower_case=True, errors="replace", add_prefix_space=False, **special)
    (args.out / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    print(len(words), "words,", len(merges), "merges,", len(vocabulary), "tokens")


if __name__ == "__main__":
    main()
