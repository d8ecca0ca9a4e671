"""Owns the comparison of JPEGs with libjpeg-turbo's djpeg: in color, and the luma plane alone.

Does not own: what a verdict is (verdict.py).
"""

import json
from pathlib import Path

import theirs
from picture import CHANNELS, magic
from verdict import TAKEN, judge

SECTION = "jpeg"


def tasks(corpus, ours, tally):
    if theirs.DJPEG is None:
        print("SKIPPED: JPEG: install djpeg (libjpeg-turbo-progs)")
        return
    for path, kind in pictures(corpus):
        yield lambda path=path, kind=kind: compare(path, kind, ours, tally)


def pictures(corpus):
    """Every JPEG of the corpus by its content, and the class it is counted in."""
    for folder in ("photos", "large", "orientation", "jpegsuite", "hostile"):
        for path in sorted((corpus / folder).rglob("*")):
            if path.is_file() and magic(path, 3) == b"\xff\xd8\xff":
                yield path, suite_class(path) if folder == "jpegsuite" else folder


def suite_class(path):
    """The suite's directory and what its description says is special about a file."""
    said = json.loads(path.with_suffix(".json").read_text()) if path.with_suffix(".json").exists() else {}
    frame = next((segment for segment in said.get("segments", []) if segment["type"].startswith("SOF")), {})
    special = []
    if frame.get("precision", 8) != 8:
        special.append("not 8 bit")
    if len(frame.get("components", [])) == 4:
        special.append("CMYK")
    if any(segment["type"] == "DNL" for segment in said.get("segments", [])):
        special.append("DNL")
    return " ".join(["suite", Path(path).parent.name.replace("_", " "), *special])


def compare(path, kind, ours, tally):
    picture, said = ours("full", path)
    tally.add(SECTION, f"{kind}, color", path, *judge(picture, said, reference(path, said, gray=False)))
    picture, said = ours("luma", path)
    # Without a luma plane this mode decodes color, which is compared already.
    if picture is not None and picture.samples.shape[2] != CHANNELS["gray"]:
        return
    tally.add(SECTION, f"{kind}, luma", path, *judge(picture, said, reference(path, said, gray=True)))


def reference(path, said, gray):
    if said.get("class") == "limit":
        # Not worth the minutes: it is refused by name whatever they say.
        return TAKEN
    plain = theirs.djpeg(path, gray)
    # djpeg knows no profiles: what it takes, and what has one for its inks, is compared with littlecms.
    return plain if gray or isinstance(plain, str) else theirs.by_profile(path) or plain
