"""Owns asking other people's programs for a picture: djpeg, ImageMagick, Pillow, OpenCV.

Does not own: which of them is asked for what. Each function gives a Picture, or the reason why there is none as a string;
a picture that its program warns about is none, because then nobody has promised that it is right.
"""

import io
import os
import re
import shutil
import subprocess
import warnings

# Before OpenCV is loaded: it would write about every damaged file.
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")

import cv2
import numpy as np
import PIL
from PIL import Image, ImageCms, features

from picture import Picture

PATIENCE = 30
# Pillow warns of what is odd about a file; such a file is not taken cleanly.
warnings.simplefilter("error", UserWarning)
# The most that ours takes here as well.
Image.MAX_IMAGE_PIXELS = 1 << 26
warnings.simplefilter("error", Image.DecompressionBombWarning)
cv2.setNumThreads(1)

DJPEG = shutil.which("djpeg")
MAGICK = next(filter(None, map(shutil.which, ["magick", "convert-im6.q16", "convert-im6.q16hdri", "convert"])), None)


def versions():
    """Who is asked, for people."""

    def first_line(program):
        if program is None:
            return "not installed"
        ran = subprocess.run([program, "-version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        return re.sub(r"\s*https?://\S+", "", (ran.stdout + ran.stderr).strip().split("\n")[0])

    return [
        f"djpeg: {first_line(DJPEG)}",
        f"ImageMagick: {first_line(MAGICK)}",
        f"OpenCV {cv2.__version__}",
        f"Pillow {PIL.__version__} with libjpeg-turbo {features.version_feature('libjpeg_turbo')}, libtiff "
        f"{features.version_codec('libtiff')}, libwebp {features.version_module('webp')}",
    ]


def quiet(command):
    """What a program wrote to stdout, or a string if it failed or said anything on stderr."""
    try:
        ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return "took too long"
    if ran.returncode != 0 or ran.stderr:
        return ran.stderr.decode(errors="replace").strip().split("\n")[0] or f"exit code {ran.returncode}"
    return ran.stdout


def pnm(data):
    """PGM, PPM or PAM as its bytes."""
    if data.startswith(b"P7"):
        head, _, body = data.partition(b"ENDHDR\n")
        fields = dict(line.split(None, 1) for line in head.split(b"\n")[1:] if line and not line.startswith(b"#"))
        width, height, depth, most = (int(fields[key]) for key in (b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL"))
    else:
        head = re.match(rb"P([56])\s+(\d+)\s+(\d+)\s+(\d+)\s", data)
        depth = 1 if head[1] == b"5" else 3
        width, height, most = int(head[2]), int(head[3]), int(head[4])
        body = data[head.end() :]
    kind = np.dtype(">u2") if most > 255 else np.uint8
    samples = np.frombuffer(body, kind, width * height * depth).reshape(height, width, depth)
    return Picture(samples.astype(np.uint16 if most > 255 else np.uint8))


def djpeg(path, gray=False):
    """libjpeg-turbo with its exact transform and its smooth upsampling, the default of most programs."""
    data = quiet([DJPEG, "-dct", "int", *(["-grayscale"] if gray else []), "-pnm", str(path)])
    return data if isinstance(data, str) else pnm(data)


def magick(path, prefix="", *operations):
    """The first picture of a file as ImageMagick gives it, in 16 bits.

    Its color space is not asked for: that would change a linear gray.
    """
    if MAGICK is None:
        return "ImageMagick is not installed"
    limits = ["-limit", "memory", "2GiB", "-limit", "area", "64MP", "-limit", "disk", "0", "-limit", "time", str(PATIENCE)]
    data = quiet([MAGICK, *limits, f"{prefix}{path}[0]", *operations, "-depth", "16", "PAM:-"])
    if isinstance(data, str):
        return data
    return pnm(data) if data.startswith(b"P7") and b"CMYK" not in data[:200] else "no picture in gray or RGB"


def opencv(path, how=cv2.IMREAD_UNCHANGED):
    pixels = cv2.imread(str(path), how)
    if pixels is None:
        return "not decoded"
    if pixels.dtype not in (np.uint8, np.uint16):
        return f"samples of {pixels.dtype}"
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, {3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}[pixels.shape[2]])
    return Picture(pixels)


def pillow(path):
    """The first picture of a file as Pillow gives it."""
    try:
        with Image.open(path) as image:
            image.load()
            return from_pillow(image)
    except Exception as error:  # noqa: BLE001  whatever it is, it is their reason
        return f"{type(error).__name__}: {error}"


def by_profile(path):
    """A picture in CMYK as littlecms makes sRGB of it by its own profile, relative colorimetric; None where it has none."""
    try:
        with Image.open(path) as image:
            profile = image.info.get("icc_profile")
            if image.mode != "CMYK" or profile is None:
                return None
            inks, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
            return Picture(np.asarray(ImageCms.profileToProfile(image, inks, srgb, intent, "RGB")))
    except Exception:  # noqa: BLE001  without them there is still djpeg
        return None


def from_pillow(image):
    mode = image.mode
    if mode in ("I;16", "I;16L", "I;16B", "I"):
        values = np.asarray(image)
        if values.min() < 0 or values.max() > 65535:
            return "samples beyond 16 bits"
        return Picture(values.astype(np.uint16))
    if mode in ("F", "LAB", "HSV"):
        return f"mode {mode}"
    if "transparency" in image.info and mode in ("1", "L", "P", "RGB"):
        target = "RGBA"
    else:
        target = {"1": "L", "La": "LA", "RGBa": "RGBA", "PA": "RGBA", "P": "RGB", "RGBX": "RGB"}.get(mode, mode)
        if target in ("CMYK", "YCbCr"):
            target = "RGB"
    return Picture(np.asarray(image.convert(target) if target != mode else image))
