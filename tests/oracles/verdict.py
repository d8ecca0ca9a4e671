"""Owns what a comparison says about us, and counting it.

Does not own: any comparison.
"""

import threading
from collections import Counter, defaultdict

from picture import difference

# In the order of the table. `same` is what a format without loss must give.
SAME, CLOSE, NEAR, DIFFERENT, ERR = "same", "within 1", "within 2", "different", "they err"
REFUSED, DAMAGED, BOTH, BEYOND = "refused", "called damaged", "both refuse", "only we take"
PANIC, ABORT, HANG = "panic", "abort", "hang"
ALL = [SAME, CLOSE, NEAR, DIFFERENT, ERR, REFUSED, DAMAGED, BOTH, BEYOND, PANIC, ABORT, HANG]
# More of these than expected is a regression; fewer of the first three kinds, summed from the left, is one too.
CEILINGS = [DIFFERENT, REFUSED, DAMAGED, PANIC, ABORT, HANG]
FLOORS = [SAME, CLOSE, NEAR]


# Stands for a picture that nobody needs to see because ours is refused by name already.
TAKEN = object()


def by_levels(levels):
    if levels is None or levels > 2:
        return DIFFERENT
    return SAME if levels == 0 else CLOSE if levels <= 1 else NEAR


def judge(ours, said, theirs):
    """A verdict and, for people, what it rests on. `theirs` is a Picture or the reason why there is none."""
    if said["result"] in (PANIC, ABORT, HANG):
        return said["result"], said["text"]
    taken = not isinstance(theirs, str)
    if ours is None:
        named = said["class"] in ("unsupported", "limit")
        verdict = (REFUSED if named else DAMAGED) if taken else BOTH
        return verdict, said["text"]
    if not taken:
        return BEYOND, f"they say: {theirs}"
    levels = difference(ours, theirs)
    sizes = f"{ours}, theirs {theirs}"
    return by_levels(levels), sizes if levels is None else f"{levels:.3g} levels, {sizes}"


class Tally:
    """Counts by section and class, and the files behind every count that is not plainly good."""

    def __init__(self):
        self.counts = defaultdict(Counter)
        self.findings = defaultdict(list)
        self.figures = {}
        self.lock = threading.Lock()

    def add(self, section, kind, path, verdict, note):
        with self.lock:
            self.counts[section, kind][verdict] += 1
            if verdict not in (SAME, BOTH):
                self.findings[section].append((verdict, kind, str(path), note))

    def figure(self, section, name, text):
        """A measured value that the table cannot hold."""
        with self.lock:
            self.figures[section, name] = text
