"""Owns the comparison of every format but JPEG and PNG with Pillow and, where Pillow gives something else or nothing, ImageMagick.

Does not own: what a verdict is (verdict.py).
"""

import tomllib
import zlib
from pathlib import Path

import theirs
from picture import Picture, difference, magic, rgba
from verdict import ERR, SAME, judge

SECTION = "other"
# Pictures that a person has looked at: by file, why theirs is wrong, and the CRC-32 of our samples, so that only those count.
DISPUTES = tomllib.loads(Path(__file__).with_name("disputes.toml").read_text())
JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
# Told from the content where there is something to tell it from.
MAGIC = [
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"RIFF", "webp"),
    (b"qoif", "qoi"),
    (b"\0\0\1\0", "ico"),
    (b"#?", "hdr"),
    (b"farbfeld", "farbfeld"),
    (b"\xff\x0a", "jxl"),
    (b"\0\0\0\x0cJXL ", "jxl"),
    *((b"P%d" % digit, "pnm") for digit in range(1, 8)),
]


def tasks(corpus, ours, tally):
    for path in sorted((corpus / "hostile").rglob("*")):
        if path.is_file() and not magic(path, 8).startswith((JPEG, PNG)):
            yield lambda path=path: compare(path, ours, tally)


def compare(path, ours, tally):
    picture, said = ours("full", path)
    verdict, note = judge(picture, said, reference(path, picture))
    dispute = DISPUTES.get(f"{path.parent.name}/{path.name}")
    if verdict not in (SAME, ERR) and dispute and picture is not None and zlib.crc32(picture.samples.tobytes()) == dispute["ours"]:
        verdict, note = ERR, dispute["why"]
    tally.add(SECTION, kind_of(path), path, verdict, note)


def kind_of(path):
    head = magic(path, 12)
    if head[4:8] == b"ftyp":
        return "avif, heif"
    return next((kind for start, kind in MAGIC if head.startswith(start)), "tga" if path.suffix == ".tga" else "unknown")


def reference(path, picture):
    """Whoever gives what we give is taken at his word; when nobody does, Pillow is, then ImageMagick."""
    pillow = theirs.pillow(path)
    if kind_of(path) == "gif" and not isinstance(pillow, str):
        pillow = uncovered(pillow, path.read_bytes())
    if not isinstance(pillow, str) and (picture is None or difference(picture, pillow) == 0):
        return pillow
    magick = theirs.magick(path, "tga:" if path.suffix == ".tga" else "")
    if isinstance(pillow, str) and isinstance(magick, str):
        return f"Pillow: {pillow}; ImageMagick: {magick}"
    if isinstance(pillow, str) or isinstance(magick, str) or picture is None:
        return magick if isinstance(pillow, str) else pillow
    levels = [difference(picture, theirs_) for theirs_ in (pillow, magick)]
    return magick if levels[1] is not None and (levels[0] is None or levels[1] < levels[0]) else pillow


def uncovered(picture, data):
    """The same, and nothing where the first frame of a GIF does not cover its canvas: what browsers show there, and we.

    Pillow shows the background color. GIF89a specification, sections 18 to 26.
    """
    at = 13 + table(data[10])
    while data[at : at + 1] == b"!":
        at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1
    left, top, width, height = (int.from_bytes(data[at + 1 + 2 * n :][:2], "little") for n in range(4))
    samples = rgba(picture)
    covered = samples[top : top + height, left : left + width].copy()
    samples[:] = 0
    samples[top : top + height, left : left + width] = covered
    return Picture(samples)


def table(flags):
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0
