"""Which code read or wrote a picture, with its version. Owns: telling that by a file's first bytes and by `Cargo.lock`.
Does not own: what went wrong there (`run`)."""

import pathlib
import re

# First bytes, where they are, and the package that decodes what begins so.
DECODERS = (
    (0, b"\xff\xd8\xff", "pipeline-jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (8, b"WEBP", "image-webp"),
    (0, b"GIF8", "gif"),
    (0, b"\xff\x0a", "jxl-oxide"),
    (0, b"\0\0\0\x0cJXL ", "jxl-oxide"),
    (4, b"ftypavi", "re_rav1d"),
    (0, b"qoif", "image"),
    (0, b"#?", "image"),
    (0, b"farbfeld", "image"),
)
# What is read here itself, as far as it is not packed by one of the above: TIFF, BMP, ICO, PNM; and TGA, which has no sign.
OWN = "pipeline-stages"


def versions(lock):
    """Packages of a `Cargo.lock`, each with its version."""
    found = re.findall(r'^name = "(.+)"\nversion = "(.+)"$', pathlib.Path(lock).read_text(), re.MULTILINE)
    return dict(found)


def codec(path, stage, known):
    """The package and version at work when a picture was in this stage."""
    package = OWN
    if stage == "decode":
        try:
            with open(path, "rb") as file:
                head = file.read(16)
        except OSError:
            return "unknown (cannot be read again)"
        package = next((name for at, sign, name in DECODERS if head[at : at + len(sign)] == sign), OWN)
    return f"{package} {known.get(package, 'of unknown version')}"
