"""Owns the comparison of the eight EXIF orientations: with each other, and with what Pillow turns upright.

Does not own: decoding (jpeg.py).
"""

import numpy as np
from PIL import Image, ImageOps

from picture import Picture, psnr
from verdict import DIFFERENT, SAME, judge

SECTION = "upright"
# The suite's pictures were compressed anew after turning: as Pillow decodes them they are 25.6 dB apart, and a wrong turn is below 15.
LEAST_DB = 25


def tasks(corpus, ours, tally):
    yield lambda: compare(sorted((corpus / "orientation").iterdir()), ours, tally)


def compare(paths, ours, tally):
    pictures = [ours("op none", path) for path in paths]
    first, worst = pictures[0][0], float("inf")
    for path, (picture, said) in zip(paths, pictures):
        with Image.open(path) as image:
            theirs = Picture(np.asarray(ImageOps.exif_transpose(image).convert("RGB")))
        tally.add(SECTION, "as Pillow turns it", path, *judge(picture, said, theirs))
        fits = picture is not None and picture.samples.shape == first.samples.shape
        noise = psnr(picture, first) if fits else 0
        worst = min(worst, noise)
        tally.add(SECTION, f"as the upright one, at least {LEAST_DB} dB", path, SAME if noise >= LEAST_DB else DIFFERENT, f"{noise:.1f} dB")
    tally.figure(SECTION, "orientations: least PSNR to the upright one", f"{worst:.1f} dB")
