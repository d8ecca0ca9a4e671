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
    """Whoever gives exactly what we give is taken at his word; when nobody does, whoever comes nearest."""
    answers = []
    for program, answer in asked(path):
        if isinstance(answer, str):
            answers.append(f"{program}: {answer}")
            continue
        levels = None if picture is None else difference(picture, answer)
        if picture is None or levels == 0:
            return answer
        answers.append((float("inf") if levels is None else levels, program, answer))
    pictures = [answer for answer in answers if not isinstance(answer, str)]
    return min(pictures, key=lambda answer: answer[:2])[2] if pictures else "; ".join(answers)


def asked(path):
    """Each program's name and answer, asked only when the one before did not settle it."""
    kind = kind_of(path)
    pillow = theirs.pillow(path)
    yield "Pillow", uncovered(pillow, path.read_bytes()) if kind == "gif" and not isinstance(pillow, str) else pillow
    # The light of an HDR file is linear, ours is encoded; of a TGA it leaves turning right side up to whoever shows it.
    more = {"hdr": ["-colorspace", "sRGB"], "tga": ["-auto-orient"]}.get(kind, [])
    yield "ImageMagick", theirs.magick(path, "tga:" if path.suffix == ".tga" else "", *more)
    # It gives what it has of a damaged file, so it only counts beside somebody who takes the file.
    if not isinstance(pillow, str) and kind in ("tiff", "bmp"):
        yield "OpenCV", theirs.opencv(path)


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
