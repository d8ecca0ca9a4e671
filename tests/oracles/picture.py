"""Owns a picture as samples, and how far two pictures are from each other.

Does not own: where either comes from (ours.py, theirs.py), or what that says about us (verdict.py).
"""

from dataclasses import dataclass

import numpy as np

CHANNELS = {"gray": 1, "grayalpha": 2, "rgb": 3, "rgba": 4}


@dataclass
class Picture:
    """Samples of shape (height, width, channels), of 8 or 16 bits; the number of channels says what they mean."""

    samples: np.ndarray

    def __post_init__(self):
        if self.samples.ndim == 2:
            self.samples = self.samples[:, :, None]

    def __str__(self):
        height, width, channels = self.samples.shape
        return f"{width}x{height} of {channels} channels in {self.samples.dtype.itemsize * 8} bits"

    @property
    def wide(self):
        return self.samples.dtype == np.uint16

    def halved(self):
        """With 8 bits: the upper half of 16."""
        return Picture((self.samples >> 8).astype(np.uint8)) if self.wide else self


def magic(path, length):
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(length)


def rgba(picture):
    """Four channels in 16 bits. What is entirely transparent has no color, so its color is black for everybody."""
    samples = picture.samples.astype(np.uint16)
    if not picture.wide:
        samples = samples * 257
    height, width, channels = samples.shape
    out = np.full((height, width, 4), 65535, np.uint16)
    out[:, :, :3] = samples[:, :, : channels - 1 if channels in (2, 4) else channels]
    if channels in (2, 4):
        out[:, :, 3] = samples[:, :, -1]
        out[out[:, :, 3] == 0] = 0
    return out


def difference(ours, theirs):
    """The largest difference of two samples, in levels of 8 bits; None when the sizes differ."""
    if ours.samples.shape[:2] != theirs.samples.shape[:2]:
        return None
    same_kind = ours.samples.shape == theirs.samples.shape and ours.samples.dtype == theirs.samples.dtype
    if same_kind and ours.samples.shape[2] in (1, 3):
        if np.array_equal(ours.samples, theirs.samples):
            return 0.0
        a, b = ours.samples, theirs.samples
    else:
        a, b = rgba(ours), rgba(theirs)
    most = int(np.max(np.maximum(a, b) - np.minimum(a, b)))
    return most / 257 if a.dtype == np.uint16 else float(most)


def over_black(picture):
    """Colors by how much of them is seen, and alpha as it is: what hardly shows hardly counts."""
    samples = rgba(picture)
    samples[:, :, :3] = samples[:, :, :3].astype(np.uint32) * samples[:, :, 3:] // 65535
    return Picture(samples)


def psnr(ours, theirs):
    """Peak signal to noise in dB over all samples; infinite when they are equal."""
    a, b = rgba(ours).astype(np.float64), rgba(theirs).astype(np.float64)
    error = np.mean((a[:, :, :3] - b[:, :, :3]) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(65535.0**2 / error))
