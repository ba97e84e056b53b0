"""Decode the two portrait sets once, so that the training scripts only read arrays.

Writes, per part (main, extra, cg, validation), `<part>.npy` (uint8 [N, 192, 192, 3]) and
`<part>.json` (the caption records in the same order). Validation is only ever read by evaluate.py
and by the validation lines of the training logs.
"""

import argparse
import io
import json
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image


def read_tars(paths: list[Path]) -> dict[str, np.ndarray]:
    """File name -> uint8 [192, 192, 3] of every picture in the tars."""
    pictures = {}
    for path in paths:
        with tarfile.open(path) as tar:
            for member in tar:
                if member.isfile():
                    data = tar.extractfile(member).read()
                    picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
                    assert picture.shape == (192, 192, 3), (member.name, picture.shape)
                    pictures[Path(member.name).name] = picture
    return pictures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portraits", type=Path, required=True, help="folder of the painterly-real set")
    parser.add_argument("--portraits-cg", type=Path, required=True, help="folder of the rendered set")
    parser.add_argument("--out", type=Path, required=True, help="scratch folder for the arrays")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)

    parts = {
        "main": (args.portraits / "captions.jsonl", sorted(args.portraits.glob("images-[0-9].tar"))),
        "extra": (args.portraits / "captions-extra.jsonl", [args.portraits / "images-extra.tar"]),
        "validation": (args.portraits / "validation.jsonl", [args.portraits / "validation.tar"]),
        "cg": (args.portraits_cg / "captions-cg.jsonl", [args.portraits_cg / "images-cg.tar"]),
    }
    for name, (captions, tars) in parts.items():
        records = [json.loads(line) for line in captions.read_text().splitlines()]
        pictures = read_tars(tars)
        np.save(args.out / f"{name}.npy", np.stack([pictures[record["file"]] for record in records]))
        (args.out / f"{name}.json").write_text(json.dumps(records))
        print(name, len(records))


if __name__ == "__main__":
    main()
