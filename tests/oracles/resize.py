"""Owns the comparison of resized pictures with Pillow's, filter by filter.

Does not own: decoding; both sides resize what ours decodes. Pillow rounds between its two directions, and colors once more when it
weighs them by alpha, so equal filters are a few levels apart. Where the middle of a pixel falls between two, `nearest` of Pillow and
OpenCV depends on the rounding of fractions, so it is held against its formula in whole numbers instead.
"""

import numpy as np
from PIL import Image

from picture import Picture, over_black, psnr
from verdict import DIFFERENT, SAME

SECTION = "resize"
LEAST_DB = 45
FILTERS = {
    "nearest": None,
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "catmull": Image.Resampling.BICUBIC,
    "lanczos3": Image.Resampling.LANCZOS,
}
# Smaller, smaller by a whole number, larger, one side each way.
SIZES = [(100, 80), (384, 256), (1000, 701), (33, 900)]


def tasks(corpus, ours, tally):
    sources = [*sorted((corpus / "kodak").iterdir()), corpus / "pngsuite" / "basn0g08.png", corpus / "pngsuite" / "basn6a08.png"]
    worst = {}
    for source in sources:
        for name in FILTERS:
            yield lambda source=source, name=name: compare(source, name, worst, ours, tally)


def compare(source, name, worst, ours, tally):
    decoded, _ = ours("full", source)
    samples = decoded.samples
    flat = samples[:, :, 0] if samples.shape[2] == 1 else samples
    for size in SIZES:
        if FILTERS[name] is None:
            theirs = Picture(nearest(samples, *size))
        else:
            theirs = Picture(np.asarray(Image.fromarray(flat).resize(size, FILTERS[name])))
        picture, said = ours(f"op resize {size[0]}x{size[1]} filter={name}", source)
        if picture is None:
            tally.add(SECTION, f"{name}, at least {LEAST_DB} dB", source, DIFFERENT, said["text"])
            continue
        noise = psnr(over_black(picture), over_black(theirs)) if picture.samples.shape == theirs.samples.shape else 0
        tally.add(SECTION, f"{name}, at least {LEAST_DB} dB", source, SAME if noise >= LEAST_DB else DIFFERENT, f"{size}: {noise:.1f} dB")
        worst[name] = min(noise, worst.get(name, float("inf")))
        tally.figure(SECTION, f"{name}: least PSNR to Pillow", f"{worst[name]:.1f} dB")


def nearest(samples, width, height):
    """The pixel under the middle of each: floor((x + 1/2) · old / new)."""
    under = lambda old, new: (2 * np.arange(new) + 1) * old // (2 * new)
    return samples[under(samples.shape[0], height)][:, under(samples.shape[1], width)]
