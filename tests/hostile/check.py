#!/usr/bin/env python3
"""That the checks of `run` can fail: programs that do what must not happen are found out. Owns: those programs. Does not own:
the checks. Nothing else is needed than the command.

    tests/hostile/check.py [target/release/pipeline]
"""

import importlib.machinery
import importlib.util
import os
import pathlib
import shlex
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
# It has no extension, for it is a command.
loader = importlib.machinery.SourceFileLoader("run", str(HERE / "run"))
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
sys.dont_write_bytecode = True
loader.exec_module(run)

# The results of a run, all but the records.
RESULTS = 'find "$out" -type f -not -path "*/.pipeline/*"'
CASES = {
    "as it should be": ('exec "$pipeline" "$@"', None),
    "hangs": ("exec sleep 600", "did not end within"),
    "is killed": ("kill -KILL $$", "ended with -9"),
    "gives half a picture": (
        f'"$pipeline" "$@"; code=$?; {RESULTS} | head -1 | xargs truncate -s 60; exit $code',
        "are whole pictures",
    ),
    "leaves a file behind": (
        '"$pipeline" "$@"; code=$?; touch "$out/.pipeline-00000001.tmp"; exit $code',
        "results,",
    ),
    "loses a picture": (f'"$pipeline" "$@"; code=$?; {RESULTS} | head -1 | xargs rm; exit $code', "results,"),
}
PICTURES = {"gray.pgm": b"P5 40 30 255 " + bytes(range(200)) * 6, "white.pgm": b"P5 40 30 255 " + b"\xff" * 1200}


def main():
    pipeline = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/pipeline")
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        source = pathlib.Path(scratch, "in")
        source.mkdir()
        for name, content in PICTURES.items():
            (source / name).write_bytes(content)
        for name, (script, expected) in CASES.items():
            program = pathlib.Path(scratch, "program")
            # The second run, which decodes, is the real one.
            honest = 'case "$*" in *crop*) exec "$pipeline" "$@";; esac'
            program.write_text(f"#!/bin/sh\npipeline={shlex.quote(str(pipeline))}\nout=$3\n{honest}\n{script}\n")
            program.chmod(0o755)
            figures = run.Figures()
            run.convert(str(program), source, "64MiB", name, figures, limit=5)
            found = " ".join(figures.wrong)
            right = expected in found if expected else not found and figures.whole == len(PICTURES)
            failed += not right
            print(f"{name}: {'found out' if right and expected else 'fine' if right else f'NOT FOUND OUT: {found}'}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
