"""Owns the comparison of gray modes with the programs that they are named after, bit for bit.

Does not own: decoding (jpeg.py, png.py); where a mode works on colors, both sides get the same ones.
"""

import hashlib
import json

import cv2
import numpy as np
from PIL import Image

import theirs
from picture import Picture, magic
from verdict import DIFFERENT, SAME, judge

SECTION = "gray"


def tasks(corpus, ours, tally):
    recorded = json.loads((corpus / "expected" / "gray.json").read_text())["files"]
    for name, want in recorded.items():
        yield lambda name=name, want=want: digests(corpus / name, want, ours, tally)
    for folder in ("photos", "large"):
        for path in sorted((corpus / folder).iterdir()):
            if magic(path, 3) == b"\xff\xd8\xff":
                yield lambda path=path: photo(path, ours, tally)
    for path in sorted((corpus / "pngsuite").glob("[!x]*.png")):
        yield lambda path=path: colors(path, ours, tally)
    for path in sorted((corpus / "expected" / "jpeg-cvtcolor-gray").iterdir()):
        source = (corpus / "photos" / path.name).with_suffix(".JPEG")
        yield lambda path=path, source=source: color_then_gray(source, theirs.opencv(path), "recorded", ours, tally)


def digests(path, want, ours, tally):
    for mode, key in (
        ("full", "rgb_sha256"),
        ("op gray mode=opencv", "opencv_cvtcolor_gray_sha256"),
        ("op gray mode=pillow", "pillow_L_sha256"),
    ):
        picture, said = ours(mode, path)
        found = hashlib.sha256(picture.samples.tobytes()).hexdigest() if picture else said["text"]
        tally.add(SECTION, "kodak, recorded digests", path, SAME if found == want[key] else DIFFERENT, f"{mode}: {found}")


def photo(path, ours, tally):
    """Upright on both sides: OpenCV turns pictures as we do."""
    picture, said = ours("op gray", path)
    tally.add(SECTION, "JPEG, luma: OpenCV's imread gray", path, *judge(picture, said, theirs.opencv(path, cv2.IMREAD_GRAYSCALE)))
    in_color = theirs.opencv(path, cv2.IMREAD_COLOR)
    weighed = in_color if isinstance(in_color, str) else Picture(cv2.cvtColor(in_color.samples, cv2.COLOR_RGB2GRAY))
    color_then_gray(path, weighed, "live", ours, tally)


def color_then_gray(path, theirs_, when, ours, tally):
    picture, said = ours("op gray mode=opencv", path)
    tally.add(SECTION, f"JPEG, opencv: cvtColor, {when}", path, *judge(picture, said, theirs_))


def colors(path, ours, tally):
    """The formulas alone, on every kind of PNG: our colors, weighed by them."""
    decoded, _ = ours("full", path)
    if decoded is None or decoded.samples.shape[2] < 3:
        return
    rgb, alpha = np.ascontiguousarray(decoded.samples[:, :, :3]), decoded.samples[:, :, 3:]
    weighed = {"opencv": cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)}
    if not decoded.wide:
        weighed["pillow"] = np.asarray(Image.fromarray(rgb).convert("L"))
    for mode, gray in weighed.items():
        picture, said = ours(f"op gray mode={mode}", path)
        expected = Picture(np.concatenate([gray[:, :, None], alpha], axis=2))
        tally.add(SECTION, f"{mode}: the formula{', 16 bit' if decoded.wide else ''}", path, *judge(picture, said, expected))
