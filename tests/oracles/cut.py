"""Owns the pictures that end too early: each must be refused, or be the whole picture because only what follows it is missing.

Does not own: damage of other kinds, of which the corpus has enough.
"""

import os
import tempfile
import zlib

from other import kind_of
from picture import magic
from verdict import ABORT, DIFFERENT, HANG, PANIC, SAME

SECTION = "cut"
# How much is left of each: shares of it, or bytes missing.
LEFT = [0.3, 0.5, 0.8, 0.95, -16, -4, -1]
FOLDERS = ("photos", "kodak", "pngsuite", "jpegsuite", "hostile")


def tasks(corpus, ours, tally):
    by_kind = {}
    for folder in FOLDERS:
        for path in sorted((corpus / folder).rglob("*")):
            # Of numbers in text nobody can tell whether the last one had more digits.
            text = magic(path, 2) in (b"P1", b"P2", b"P3") if path.is_file() else True
            if not text and path.suffix not in (".json", ".txt") and path.stat().st_size < 1 << 20:
                by_kind.setdefault((folder, format_of(path)), []).append(path)
    for (folder, kind), paths in by_kind.items():
        for path in spread(paths):
            yield lambda kind=kind, path=path: compare(kind, path, ours, tally)


def format_of(path):
    head = magic(path, 4)
    return "jpeg" if head.startswith(b"\xff\xd8\xff") else "png" if head == b"\x89PNG" else kind_of(path)


def spread(paths, most=60):
    """So many of them, from everywhere in the list."""
    step = max(1, len(paths) // most)
    return paths[::step][:most]


def compare(kind, path, ours, tally):
    whole, _ = ours("full", path)
    if whole is None:
        return
    data = path.read_bytes()
    with tempfile.NamedTemporaryFile(suffix=path.suffix) as file:
        for left in LEFT:
            keep = len(data) + left if left < 0 else int(len(data) * left)
            os.truncate(file.name, 0)
            with open(file.name, "wb") as out:
                out.write(data[: max(0, keep)])
            picture, said = ours("full", file.name)
            tally.add(SECTION, kind, path, *verdict(picture, said, whole, f"{keep} of {len(data)} bytes"))


def verdict(picture, said, whole, note):
    if said["result"] in (PANIC, ABORT, HANG):
        return said["result"], f"{note}: {said['text']}"
    if picture is None:
        return SAME, note
    same = picture.samples.shape == whole.samples.shape and zlib.crc32(picture.samples.tobytes()) == zlib.crc32(whole.samples.tobytes())
    return SAME if same else DIFFERENT, note
