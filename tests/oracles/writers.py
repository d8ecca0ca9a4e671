"""Owns the comparison of what we write with what others read from it: every format, every color type and depth.

Does not own: how pictures are decoded (jpeg.py, png.py); what ours holds of the source is what a file must give back.
"""

import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np

import theirs
from picture import Picture, psnr
from verdict import BEYOND, DIFFERENT, SAME, judge

SECTION = "writers"
# One of each color type and depth, and real pictures.
SOURCES = [
    *(f"pngsuite/basn{kind}.png" for kind in ("0g01", "0g08", "0g16", "2c08", "2c16", "3p04", "4a08", "4a16", "6a08", "6a16")),
    "kodak/1.png",
]
# Formats without loss: the bits they hold.
BITS = {"png": 16, "tiff": 16, "webp": 8, "bmp": 8, "pnm": 16, "qoi": 8, "tga": 8, "farbfeld": 16, "jxl": 16}
LOSSY = {"jpeg": 30, "avif": 30}
NO_ALPHA = {"jpeg"}
READ_BY_OPENCV = {"png", "tiff"}


def tasks(corpus, ours, tally, pipeline):
    for name in (*BITS, *LOSSY):
        yield lambda name=name: compare(name, [corpus / source for source in SOURCES], ours, tally, pipeline)


def compare(name, sources, ours, tally, pipeline):
    with tempfile.TemporaryDirectory() as scratch:
        for source in sources:
            out = Path(scratch) / source.stem
            ran = run(pipeline, name, source, out)
            written = [path for path in out.rglob("*") if path.is_file() and ".pipeline" not in path.parts]
            if ran.returncode == 2:
                # The command does not know this format, or this build does not write it.
                return
            if not written:
                tally.add(SECTION, f"{name}: refused to write", source, SAME, ran.stderr.strip())
                continue
            held, _ = ours("op none", source)
            one(name, source, written[0], expected(held, name), ours, tally)


def run(pipeline, name, source, out):
    command = [pipeline, "--op", "none", "--format", name, "--progress", "none", "-o", out, source]
    return subprocess.run(command, cwd=out.parent, capture_output=True, text=True, check=False)


def expected(picture, name):
    """What a format keeps of a picture: 16 bits rounded to 8 where it holds no more, alpha over white where it holds none."""
    samples = picture.samples
    if picture.wide and BITS.get(name, 8) == 8:
        samples = ((samples.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if name in NO_ALPHA and samples.shape[2] in (2, 4):
        alpha = samples[:, :, -1:].astype(np.uint32)
        samples = ((samples[:, :, :-1] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return Picture(samples)


def one(name, source, written, want, ours, tally):
    ok = {"result": "ok"}
    readers = {"ImageMagick": theirs.magick(written, "tga:" if name == "tga" else ""), "ourselves": ours("op none", written)[0]}
    if not want.wide:
        readers["Pillow"] = theirs.pillow(written)
    # Of TIFFs with alpha OpenCV gives colors multiplied by it, and gray alone.
    if name in READ_BY_OPENCV and not (name == "tiff" and want.samples.shape[2] in (2, 4)):
        readers["OpenCV"] = theirs.opencv(written, cv2.IMREAD_UNCHANGED)
    for reader, got in readers.items():
        kind = f"{name}: read by {reader}"
        if got is None or isinstance(got, str):
            # A format that only some programs know is no fault; one that nobody else reads shows in the table.
            tally.add(SECTION, kind, source, BEYOND, str(got))
        elif name in LOSSY:
            noise = psnr(want, got) if want.samples.shape[:2] == got.samples.shape[:2] else 0
            verdict = SAME if noise >= LOSSY[name] else DIFFERENT
            tally.add(SECTION, f"{kind}, at least {LOSSY[name]} dB", source, verdict, f"{noise:.1f} dB")
        else:
            tally.add(SECTION, kind, source, *judge(want, ok, got))
