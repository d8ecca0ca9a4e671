"""Owns asking this program for a picture: a child that answers one question after another, and is started anew when it dies.

Does not own: what is asked. The other side is stages/examples/raw.rs.
"""

import json
import select
import subprocess
import threading

import numpy as np

from picture import CHANNELS, Picture

# Far more than any picture here takes; what takes longer hangs.
PATIENCE = 60


class Ours:
    """One child per thread that asks."""

    def __init__(self, raw):
        self.raw = raw
        self.children = threading.local()

    def __call__(self, mode, path):
        """(Picture or None, what was said about it: `result`, and with it `class`, `text` or `warnings`)."""
        child = getattr(self.children, "child", None)
        if child is None or child.poll() is not None:
            child = subprocess.Popen([self.raw], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.children.child = child
        child.stdin.write(f"{mode}\t{path}\n".encode())
        child.stdin.flush()
        if not select.select([child.stdout], [], [], PATIENCE)[0]:
            child.kill()
            child.wait()
            return None, {"result": "hang", "text": f"no answer in {PATIENCE} s"}
        line = child.stdout.readline()
        if not line:
            return None, {"result": "abort", "text": f"the process ended with {child.wait()}"}
        said = json.loads(line)
        samples = child.stdout.read(said["length"])
        if said["result"] != "ok":
            return None, said
        kind = np.uint8 if said["bits"] == 8 else np.dtype("<u2")
        shape = (said["height"], said["width"], CHANNELS[said["color"]])
        return Picture(np.frombuffer(samples, kind).reshape(shape)), said
