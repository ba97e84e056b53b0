"""Colours of Display P3 as Little CMS turns them into sRGB (Pillow's ImageCms): the golden of workers/photos/display-p3.ts.

python models/testing/reference/display_p3.py models/testing/golden/display-p3.json
"""

import io
import json
import struct
import sys

from PIL import Image, ImageCms

# Adapted to D50, as in Apple's profile; the curve is that of sRGB (ICC.1:2010, type "para", function 3).
PRIMARIES = {"rXYZ": (0.51512, 0.2412, -0.00105), "gXYZ": (0.29198, 0.69225, 0.04189), "bXYZ": (0.1571, 0.06657, 0.78407)}
CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def display_p3() -> ImageCms.ImageCmsProfile:
    curve = b"para\0\0\0\0\0\3\0\0" + fixed(*CURVE)
    words = "P3".encode("utf-16-be")
    text = b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(words), 28) + words
    tags = {"desc": text, "cprt": text, "wtpt": b"XYZ \0\0\0\0" + fixed(0.9642, 1, 0.8249)}
    tags |= {name: b"XYZ \0\0\0\0" + fixed(*value) for name, value in PRIMARIES.items()}
    tags |= {name: curve for name in ("rTRC", "gTRC", "bTRC")}
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name.encode(), start + len(body), len(content))
        body += content + b"\0" * (-len(content) % 4)
    header = struct.pack(">I4sI4s4s4s12s4s", start + len(body), b"\0" * 4, 0x04000000, b"mntr", b"RGB ", b"XYZ ", b"\7\xd0\0\1\0\1" + b"\0" * 6, b"acsp")
    header = header.ljust(68, b"\0") + fixed(0.9642, 1, 0.8249)
    return ImageCms.ImageCmsProfile(io.BytesIO(header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body))


levels = (0, 9, 64, 128, 200, 255)
colours = [(r, g, b) for r in levels for g in levels for b in levels]
picture = Image.new("RGB", (len(colours), 1))
picture.putdata(colours)
converted = ImageCms.profileToProfile(picture, display_p3(), ImageCms.createProfile("sRGB"), ImageCms.Intent.RELATIVE_COLORIMETRIC)
pairs = [[*before, *after] for before, after in zip(colours, converted.get_flattened_data(), strict=True)]
with open(sys.argv[1], "w") as file:
    json.dump({"littleCms": ImageCms.core.littlecms_version, "p3ThenSrgb": pairs}, file, separators=(",", ":"))
    file.write("\n")
