"""Owns the comparison of every format but JPEG and PNG with Pillow and, where Pillow gives something else or nothing, ImageMagick.

Does not own: what a verdict is (verdict.py).
"""

import theirs
from picture import difference, magic
from verdict import judge

SECTION = "other"
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
    tally.add(SECTION, kind_of(path), path, *judge(picture, said, reference(path, picture)))


def kind_of(path):
    head = magic(path, 12)
    if head[4:8] == b"ftyp":
        return "avif, heif"
    return next((kind for start, kind in MAGIC if head.startswith(start)), "tga" if path.suffix == ".tga" else "unknown")


def reference(path, picture):
    """Whoever gives what we give is taken at his word; when nobody does, Pillow is, then ImageMagick."""
    pillow = theirs.pillow(path)
    if not isinstance(pillow, str) and (picture is None or difference(picture, pillow) == 0):
        return pillow
    magick = theirs.magick(path, "tga:" if path.suffix == ".tga" else "")
    if isinstance(pillow, str) or isinstance(magick, str) or picture is None:
        return magick if isinstance(pillow, str) else pillow
    levels = [difference(picture, theirs_) for theirs_ in (pillow, magick)]
    return magick if levels[1] is not None and (levels[0] is None or levels[1] < levels[0]) else pillow
