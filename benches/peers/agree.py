"""Owns what makes outputs agree: as many pictures, the same gray, no more bytes.

Does not own: who ran (contenders.py), or what a disagreement leads to (compare.py).
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from contenders import Contest


@dataclass(frozen=True)
class Finding:
    """What one check found, for people."""

    wrong: bool
    text: str

    def __str__(self):
        return f"{'DISAGREE' if self.wrong else 'agree'}: {self.text}"


def files_below(folder: Path) -> list[Path]:
    """Pictures below a folder, without a program's own records in hidden folders."""
    found = (p for p in folder.rglob("*") if p.is_file())
    return sorted(p for p in found if not any(part.startswith(".") for part in p.relative_to(folder).parts))


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in files_below(folder))


def outputs(contest: Contest, inputs: list[Path], source: Path, work: Path) -> Iterator[Finding]:
    """Checks one contest's outputs against the inputs and against each other."""
    expected = [path.relative_to(source) for path in inputs]
    if contest.suffix:
        expected = sorted(path.with_suffix(contest.suffix) for path in expected)
    for contender in contest.everyone():
        folder = contender.folder(work)
        found = [path.relative_to(folder) for path in files_below(folder)]
        if found != expected:
            yield Finding(True, f"{contender.name} gave {len(found)} files for {len(expected)} pictures")
    if contest.suffix == ".png":
        yield same_luma(inputs, source, contest.ours.folder(work))
        yield no_larger(contest, work)
    else:
        yield close_luma(inputs, source, contest.ours.folder(work))


def is_luma_jpeg(path: Path) -> bool:
    """Whether the picture is a JPEG whose Y plane both sides take as it is stored."""
    with Image.open(path) as picture:
        return picture.format == "JPEG" and picture.mode in ("RGB", "L")


def differences(inputs, source, ours, suffix):
    """For each JPEG, |ours − OpenCV's imread gray| by pixel."""
    for path in filter(is_luma_jpeg, inputs):
        result = ours / path.relative_to(source)
        mine = cv2.imread(str(result.with_suffix(suffix) if suffix else result), cv2.IMREAD_UNCHANGED)
        theirs = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        same_shape = mine is not None and mine.shape == theirs.shape
        yield path, np.abs(mine.astype(int) - theirs) if same_shape else np.full(1, 255)


def same_luma(inputs, source, ours) -> Finding:
    found = list(differences(inputs, source, ours, ".png"))
    far = [path.name for path, off in found if off.max() > 1]
    pixels, differing = sum(off.size for _, off in found), sum(np.count_nonzero(off) for _, off in found)
    share = 100 * differing / max(1, pixels)
    return Finding(bool(far), f"gray of {len(found) - len(far)} of {len(found)} JPEG pictures is within 1 level of "
                   f"cv2.imread(IMREAD_GRAYSCALE); {share:.3f} % of the pixels differ{named(far)}")


def close_luma(inputs, source, ours) -> Finding:
    """Encoded anew with its own tables, a picture is nearly what it was."""
    found = list(differences(inputs, source, ours, None))
    far = [path.name for path, off in found if off.mean() > 1]
    worst = max((off.mean() for _, off in found), default=0)
    return Finding(bool(far), f"gray JPEG of {len(found) - len(far)} of {len(found)} is on average within 1 level of "
                   f"cv2.imread(IMREAD_GRAYSCALE); {worst:.2f} at worst{named(far)}")


def no_larger(contest: Contest, work: Path) -> Finding:
    ours = size_of(contest.ours.folder(work))
    opencv = size_of(contest.peers[0].folder(work))
    return Finding(ours > opencv, f"our PNGs are {ours:,} bytes, OpenCV's of the same gray {opencv:,}")


def formulas(binary: Path, folders: list[Path], work: Path) -> Iterator[Finding]:
    """Checks the gray formulas on pictures that every decoder decodes alike."""
    noise = work / "noise"
    noise.mkdir()
    for bits in (np.uint8, np.uint16):
        pixels = np.random.default_rng(1).integers(0, np.iinfo(bits).max, (509, 701, 3), bits, endpoint=True)
        cv2.imwrite(str(noise / f"{bits.__name__}.png"), pixels)
    for number, folder in enumerate([noise, *folders]):
        label = "random pixels" if folder == noise else str(folder)
        yield same_formula(binary, folder, work / f"opencv-{number}", "opencv", opencv_gray, label)
        yield same_formula(binary, folder, work / f"pillow-{number}", "pillow", pillow_gray, label)


def opencv_gray(path: Path):
    color = cv2.imread(str(path), cv2.IMREAD_ANYDEPTH | cv2.IMREAD_COLOR)
    return cv2.cvtColor(color, cv2.COLOR_BGR2GRAY)


def pillow_gray(path: Path):
    """None where Pillow has no such picture: it has no RGB of 16 bits."""
    if cv2.imread(str(path), cv2.IMREAD_UNCHANGED).dtype != np.uint8:
        return None
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L"))


def same_formula(binary, folder, output, mode, reference, label) -> Finding:
    command = [binary, folder, "-o", output, "--gray", mode, "--format", "png", "--progress", "none", "-q"]
    subprocess.run(command, check=True)
    compared, wrong = 0, []
    for path in files_below(folder):
        theirs = reference(path)
        if theirs is None:
            continue
        mine = cv2.imread(str((output / path.relative_to(folder)).with_suffix(".png")), cv2.IMREAD_UNCHANGED)
        compared += 1
        if mine is None or not np.array_equal(mine, theirs):
            wrong.append(path.name)
    return Finding(bool(wrong) or compared == 0, f"--gray {mode} gives the bits of {mode} for "
                   f"{compared - len(wrong)} of {compared} pictures of {label}{named(wrong)}")


def named(names: list[str]) -> str:
    return "" if not names else f": not {', '.join(names[:5])}{', …' if len(names) > 5 else ''}"
