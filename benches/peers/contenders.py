"""Owns who takes part, and one measured run of each.

Does not own: the peers' programs (peers.py), or what is made of the figures (compare.py).
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).with_name("peers.py")


@dataclass(frozen=True)
class Contender:
    """One way to convert a folder."""

    name: str
    # What is run; the input folder, the output folder and the options follow.
    program: tuple[str, ...]
    options: tuple[str, ...] = ()
    ours: bool = False

    def command(self, source: Path, output: Path) -> list[str]:
        where = [str(source), "-o", str(output)] if self.ours else [str(source), str(output)]
        return [*self.program, *where, *self.options]

    def folder(self, work: Path) -> Path:
        """Where its last output lies."""
        return work / "".join(letter if letter.isalnum() else "-" for letter in self.name)


@dataclass(frozen=True)
class Run:
    """Seconds of one run: of the loop alone, and from the start of the process to its exit."""

    loop: float
    process: float


@dataclass(frozen=True)
class Contest:
    """Contenders for the same work."""

    title: str
    # Of the results; None for that of the input.
    suffix: str | None
    ours: Contender
    # The first is OpenCV with the same gray as ours, for sizes to be compared with.
    peers: tuple[Contender, ...]

    def everyone(self) -> tuple[Contender, ...]:
        return (self.ours, *self.peers)


def contests(binary: Path, workers: int) -> list[Contest]:
    """What is compared."""

    def ours(name, *options):
        return Contender(name, (str(binary),), (*options, "--progress", "none", "-q"), ours=True)

    def peer(name, pool, step, *options):
        program = (sys.executable, "-B", str(PEERS), pool, step)
        return Contender(name, program, ("--workers", str(workers), *options))

    png, alone = ("--suffix", ".png"), ("--cv-threads", "1")
    to_png = (
        peer("OpenCV threads, imread gray, 1 thread each", "threads", "opencv-imread", *png, *alone),
        peer("OpenCV threads, imread gray, its own threads", "threads", "opencv-imread", *png),
        peer("OpenCV processes, cvtColor, 1 thread each", "processes", "opencv-cvtcolor", *png, *alone),
        peer("OpenCV processes, cvtColor, its own threads", "processes", "opencv-cvtcolor", *png),
        peer("Pillow threads, convert", "threads", "pillow-convert", *png),
        peer("Pillow threads, draft, compress_level 1", "threads", "pillow-draft", *png),
    )
    to_same = (
        peer("OpenCV threads, imread gray, quality 95", "threads", "opencv-imread", *alone),
        peer("OpenCV threads, imread gray, quality 85", "threads", "opencv-imread-85", *alone),
        peer("Pillow threads, draft, quality kept", "threads", "pillow-draft"),
    )
    return [
        Contest("To gray PNG", ".png", ours("pipeline --format png", "--format", "png"), to_png),
        Contest("To gray in the input's own format", None, ours("pipeline"), to_same),
    ]


def run(contender: Contender, source: Path, output: Path) -> Run:
    """Runs once into a fresh folder. What earlier runs wrote is on the disk by then, not on its way there.

    Earlier outputs are moved, not deleted: ext4 passes over inodes that were freed in the last minutes one by one, and a
    file made right after many were deleted takes several times as long.
    """
    if output.exists():
        output.rename(output.with_name(f"{output.name}-{time.time_ns()}"))
    os.sync()
    began = time.perf_counter()
    done = subprocess.run(contender.command(source, output), capture_output=True, text=True)
    process = time.perf_counter() - began
    if done.returncode != 0:
        raise RuntimeError(f"{contender.name} ended with {done.returncode}; it cannot be compared:\n{done.stderr.strip()}")
    return Run(process if contender.ours else float(done.stdout), process)
