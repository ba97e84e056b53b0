"""A made vocabulary and what transformers' CLIPTokenizer does with it, for models/text/clip-tokenizer.ts.

Run: python models/testing/reference/tokenizer.py     (writes models/testing/golden/tokenizer/ and tokenizer.json)
The vocabulary is learned here from a few sentences, so it is ours to give away; the real one is 1.3 MB and not ours.
"""
import json
from collections import Counter
from pathlib import Path

import transformers
from transformers import CLIPTokenizer

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
FOLDER = GOLDEN / "tokenizer"
SENTENCES = """a portrait photo of a young woman with long brown hair , smiling , wearing a dark blue blazer , blurred office background
a portrait photo of a middle-aged man with short grey hair and a beard , serious , wearing a white shirt , plain grey background
photo of an old person with glasses , kind smile , warm window light , it's they're we've i'm don't he'll she'd""".split()
MERGES = 120
TEXTS = [
    "a portrait photo of a young woman",
    "A Portrait  PHOTO\tof\n a  man",
    "",
    "   ",
    "it's they're we've I'm don't he'll she'd o'clock 'S",
    "30-year-old, 85mm f/1.8!!! (no text)",
    "caf\u00e9 cafe\u0301 \u00c5ngstr\u00f6m \u0130stanbul \u03a3\u0391\u03a3 \u1e9e",
    "\u751f\u6d3b \ud55c\uad6d\uc5b4 \u0639\u0631\u0628\u064a \u0939\u093f\u0928\u094d\u0926\u0940",
    "smile \U0001f602\U0001f44d\U0001f3fd \u2764\ufe0f",
    "a\u00a0b\u2003c\u0085d\ufeffe\u200bf\u3000g",
    "one <|endoftext|> two<|startoftext|>three <|ENDOFTEXT|>",
    "\u00bd \u00b2 \u2167 \u0663 x\u00b2",
    "wow! !! a!b",
    "hair " * 40,
    "1\u00002\ufffd3",
    "_under_score_ #tag @name \u2014 \u201cquoted\u201d",
    "\u00df\u1e9e \ufb01ne \uff26\uff35\uff2c\uff2c",
]


def bytes_to_unicode():
    kept = [*range(ord("!"), ord("~") + 1), *range(ord("\u00a1"), ord("\u00ac") + 1), *range(ord("\u00ae"), ord("\u00ff") + 1)]
    rest = [byte for byte in range(256) if byte not in kept]
    return [chr(byte) for byte in kept] + [chr(256 + index) for index in range(len(rest))]


def learn():
    words = Counter(tuple(word[:-1]) + (word[-1] + "</w>",) for word in SENTENCES)
    merges = []
    while len(merges) < MERGES:
        pairs = Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        joined = Counter()
        for word, count in words.items():
            symbols, index = [], 0
            while index < len(word):
                pair = word[index : index + 2]
                symbols.append("".join(pair) if pair == best else word[index])
                index += 2 if pair == best else 1
            joined[tuple(symbols)] += count
        words = joined
    return merges


def write_folder(merges):
    FOLDER.mkdir(exist_ok=True)
    letters = bytes_to_unicode()
    letters.remove("\u00a6")  # one byte is left unknown on purpose (it is half of some characters)
    names = [*letters, *(letter + "</w>" for letter in letters), *("".join(pair) for pair in merges), "<|startoftext|>", "<|endoftext|>"]
    vocab = {name: index for index, name in enumerate(dict.fromkeys(names))}
    (FOLDER / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False, separators=(",", ":")))
    (FOLDER / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(pair) for pair in merges) + "\n")


def encode_all(pad_token, length):
    tokenizer = CLIPTokenizer.from_pretrained(FOLDER, pad_token=pad_token, model_max_length=length)
    padded = [tokenizer(text, padding="max_length", max_length=length, truncation=True).input_ids for text in TEXTS]
    return {"pad_token": pad_token, "length": length, "ids": padded}


write_folder(learn())
plain = CLIPTokenizer.from_pretrained(FOLDER)
golden = {
    "transformers": transformers.__version__,
    "texts": TEXTS,
    "ids": [plain(text).input_ids for text in TEXTS],
    "padded": [encode_all("<|endoftext|>", 20), encode_all("!", 12)],
}
path = GOLDEN / "tokenizer.json"
path.write_text(json.dumps(golden))
print(path.stat().st_size, golden["ids"][0], golden["ids"][10])
