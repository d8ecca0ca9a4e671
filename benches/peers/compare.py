"""Owns the comparison: rounds in which every contender takes its turn, their medians, and the exit code.

Does not own: the contenders (contenders.py), or what makes outputs agree (agree.py). Exit code: 0, or 1 when outputs
disagree, or 2 when a contender failed; never for being slow.
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median

import agree
from contenders import Contest, Run, contests, run
from table import render

QUICK_PICTURES = 24
ROUNDS, QUICK_ROUNDS = 7, 2


def arguments():
    parser = argparse.ArgumentParser(prog="benches/peers/run", description="Compares this program with its peers.")
    parser.add_argument("folder", type=Path, help="pictures to convert, JPEG for a comparison that means something")
    parser.add_argument("--quick", action="store_true", help="few pictures and rounds: that it works, not how fast")
    parser.add_argument("--rounds", type=int, help="instead of 7, or of 2 when quick")
    parser.add_argument("--markdown", action="store_true", help="tables for a README")
    parser.add_argument("--lossless", type=Path, action="append", default=[], metavar="DIR",
                        help="8-bit RGB pictures in lossless files, to compare the gray formulas on; repeatable")
    parser.add_argument("--binary", type=Path, required=True, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    for folder in [chosen.folder, *chosen.lossless]:
        if not folder.is_dir():
            parser.error(f"{folder} is not a folder; name one that holds pictures")
    return chosen


def pictures_of(folder: Path, quick: bool, work: Path) -> Path:
    """The folder itself, or a copy of its first few files."""
    if not quick:
        return folder
    few = work / "input"
    for path in agree.files_below(folder)[:QUICK_PICTURES]:
        copy = few / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return few


def measure(contest: Contest, source: Path, work: Path, rounds: int) -> dict[str, list[Run]]:
    """Interleaved, A B C A B C …, so that a busy moment of the machine hits all of them."""
    runs = {contender.name: [] for contender in contest.everyone()}
    for _ in range(rounds):
        for contender in contest.everyone():
            runs[contender.name].append(run(contender, source, contender.folder(work)))
    return runs


def table(contest: Contest, runs: dict[str, list[Run]], work: Path, pictures: int, markdown: bool) -> str:
    medians = {name: Run(median(r.loop for r in measured), median(r.process for r in measured))
               for name, measured in runs.items()}
    ours = medians[contest.ours.name]
    rows = []
    for contender in contest.everyone():
        taken = medians[contender.name]
        rows.append([
            contender.name,
            f"{taken.loop * 1e3:.0f}", f"{taken.process * 1e3:.0f}",
            f"{pictures / taken.loop:.0f}", f"{pictures / taken.process:.0f}",
            f"{taken.loop / ours.loop:.2f}", f"{taken.process / ours.process:.2f}",
            f"{agree.size_of(contender.folder(work)) / 1e6:.2f}",
        ])
    head = ["program", "loop ms", "process ms", "pictures/s loop", "pictures/s process",
            "ours is × loop", "ours is × process", "MB out"]
    return render(head, rows, markdown)


def describe(pictures: int, rounds: int, workers: int) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("opencv-python-headless", "Pillow", "numpy"))
    return (f"{pictures} pictures, medians of {rounds} interleaved rounds, {workers} workers for each; "
            f"Python {platform.python_version()}, {libraries}.\n"
            "loop: the conversions alone, for a peer after imports and with its pool started. "
            "process: from start to exit.\nThis program's loop is its whole process, start and exit included.")


def report(findings, markdown: bool) -> int:
    """Says what was checked, and gives the number of checks that failed."""
    print()
    wrong = 0
    for finding in findings:
        print(f"- {finding}" if markdown else finding, flush=True)
        wrong += finding.wrong
    return wrong


def main() -> int:
    chosen = arguments()
    rounds = chosen.rounds or (QUICK_ROUNDS if chosen.quick else ROUNDS)
    workers = len(os.sched_getaffinity(0))
    wrong = 0
    # Beside the binary: peers and program write to one file system, and not to one in memory.
    with tempfile.TemporaryDirectory(prefix="peers-", dir=chosen.binary.parent) as scratch:
        work = Path(scratch)
        source = pictures_of(chosen.folder, chosen.quick, work)
        inputs = agree.files_below(source)
        if not inputs:
            print(f"{chosen.folder} holds no file; name a folder with pictures", file=sys.stderr)
            return 2
        for path in inputs:
            path.read_bytes()  # nobody's first round waits for the disk
        print(describe(len(inputs), rounds, workers))
        for contest in contests(chosen.binary, workers):
            runs = measure(contest, source, work, rounds)
            print(f"\n### {contest.title}\n")
            print(table(contest, runs, work, len(inputs), chosen.markdown), flush=True)
            wrong += report(agree.outputs(contest, inputs, source, work), chosen.markdown)
        print("\n### Gray formulas")
        wrong += report(agree.formulas(chosen.binary, chosen.lossless, work), chosen.markdown)
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as failure:
        print(failure, file=sys.stderr)
        sys.exit(2)
