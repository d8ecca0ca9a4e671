"""Owns the run: which comparisons, in how many threads, the table, and whether it got worse than expected.toml.

Does not own: any comparison. Start it through `run`, which makes what it needs.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cut
import gray
import jpeg
import other
import png
import report
import resize
import theirs
import upright
import writers
from ours import Ours
from verdict import Tally

SECTIONS = {"jpeg": jpeg, "png": png, "other": other, "upright": upright, "gray": gray, "resize": resize, "writers": writers, "cut": cut}
RUN_THE_COMMAND = {"writers"}


def hush():
    """Keeps the file descriptor that C libraries complain to from the terminal; Python's own messages still come through."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("corpus", type=Path, help="directory of test pictures")
    arguments.add_argument("--raw", type=Path, required=True, help="the built example `raw`")
    arguments.add_argument("--pipeline", type=Path, required=True, help="the built command")
    arguments.add_argument("--only", action="append", choices=SECTIONS, help="this comparison; repeatable")
    arguments.add_argument("--out", type=Path, help="where to write the files behind the counts")
    arguments.add_argument("--docs", type=Path, help="where to write the table as Markdown")
    arguments.add_argument("--accept", action="store_true", help="make these counts the expected ones")
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    chosen = arguments.parse_args()

    hush()
    began = time.monotonic()
    corpus, tally = chosen.corpus.resolve(), Tally()
    ours = Ours(chosen.raw.resolve())
    names = chosen.only or list(SECTIONS)
    for name in names:
        with ThreadPoolExecutor(chosen.threads) as pool:
            command = [chosen.pipeline.resolve()] if name in RUN_THE_COMMAND else []
            for done in [pool.submit(task) for task in SECTIONS[name].tasks(corpus, ours, tally, *command)]:
                done.result()
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    report.show(tally)
    if chosen.out:
        report.findings(tally, chosen.out)
    if chosen.docs:
        report.markdown(tally, theirs, chosen.docs)
    if chosen.accept:
        report.accept(tally)
        return 0
    return report.regressions(tally, names)


if __name__ == "__main__":
    sys.exit(main())
