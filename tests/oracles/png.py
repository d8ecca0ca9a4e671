"""Owns the comparison of PNGs: the conformance suite with its checksums, everything else with libpng as OpenCV and Pillow use it.

Does not own: what a verdict is (verdict.py).
"""

import zlib

import theirs
from picture import Picture, difference, magic
from verdict import DIFFERENT, SAME, TAKEN, judge

SECTION = "png"
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def tasks(corpus, ours, tally):
    expected = checksums(corpus / "pngsuite" / "results.txt")
    for path in sorted((corpus / "pngsuite").glob("*.png")):
        yield lambda path=path: suite(path, expected.get(path.name), ours, tally)
    for folder in ("kodak", "hostile"):
        for path in sorted((corpus / folder).rglob("*")):
            if path.is_file() and magic(path, 8) == SIGNATURE:
                yield lambda path=path, folder=folder: compare(path, folder, ours, tally)


def checksums(results):
    """File name and CRC-32 of its samples in 8 bits: palettes and transparency expanded, 16 bits cut to their upper half."""
    lines = (line.rsplit(": ", 1) for line in results.read_text().splitlines() if ": " in line)
    return {name.rsplit("/", 1)[-1]: int(crc) for name, crc in lines if crc.isdigit()}


def suite(path, crc, ours, tally):
    picture, said = ours("full", path)
    if path.name.startswith("x"):
        # Broken on purpose: whoever gives a picture is wrong.
        tally.add(SECTION, "suite, broken", path, *judge(picture, said, "broken on purpose"))
        return
    if crc is not None:
        verdict, note = judge(picture, said, TAKEN) if picture is None else (SAME, "")
        if picture is not None and zlib.crc32(picture.halved().samples.tobytes()) != crc:
            verdict, note = DIFFERENT, "other checksum"
        tally.add(SECTION, "suite, checksums", path, verdict, note)
    compare(path, "suite", ours, tally)


def compare(path, kind, ours, tally):
    picture, said = ours("full", path)
    wide = picture is not None and picture.wide
    tally.add(SECTION, f"{kind}, 16 bit" if wide else kind, path, *judge(picture, said, reference(path, picture)))


def reference(path, picture):
    """Pillow says whether a file is sound: OpenCV gives what it has of a broken one. OpenCV has all 16 bits, Pillow of gray only.

    Where one gray is transparent, Pillow forgets to scale it with a depth below 8 bits and OpenCV leaves alpha away; then
    ImageMagick is asked.
    """
    pillow = theirs.pillow(path)
    if isinstance(pillow, str) or picture is None or (pillow.wide or not picture.wide) and difference(picture, pillow) == 0:
        return pillow
    opencv = theirs.opencv(path)
    if isinstance(opencv, str):
        return pillow
    no_alpha = picture.samples.shape[2] == 2 and opencv.samples.shape[2] == 1
    return theirs.magick(path) if no_alpha else opencv
