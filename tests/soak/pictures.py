"""Where pictures come from. Owns: which are good, which are not, and what a good one becomes. Does not own: what happens to them."""

import hashlib
import os
import subprocess

from mutate import mutate

# Larger ones take too long to see many things happen.
LARGEST = 1 << 20


class Pictures:
    """Good pictures with their results, and bad ones."""

    def __init__(self, command, corpus, scratch):
        found = lambda kind: sorted(path for path in (corpus / kind).rglob("*") if path.is_file())
        self.good = [path for kind in ("photos", "kodak") for path in found(kind) if path.stat().st_size < LARGEST]
        self.bad = [path for path in found("hostile") if path.stat().st_size < LARGEST]
        folder = scratch / "good"
        folder.mkdir(parents=True)
        for number, path in enumerate(self.good):
            os.symlink(path, folder / name(number, path))
        clean = scratch / "clean"
        subprocess.run([command, folder, "-o", clean, "--follow-links", "--quiet", *WAY], check=True, cwd=scratch)
        self.results = {path.stem: digest(path) for path in clean.rglob("*.png")}
        if len(self.results) != len(self.good):
            raise SystemExit(f"{len(self.good)} good pictures gave {len(self.results)} results")

    def put(self, folder, chance, count):
        """Writes files, half of them good, and gives the numbers of those by their stem."""
        folder.mkdir(parents=True)
        good = {}
        for place in range(count):
            if chance.random() < 0.5:
                number = chance.randrange(len(self.good))
                stem = f"{place:04}-good"
                good[stem] = number
                (folder / f"{stem}{self.good[number].suffix}").write_bytes(self.good[number].read_bytes())
            else:
                self.put_bad(folder, f"{place:04}", chance)
        return good

    def put_bad(self, folder, stem, chance):
        kind = chance.random()
        if kind < 0.4:
            path = self.bad[chance.randrange(len(self.bad))]
            (folder / f"{stem}-bad{path.suffix}").write_bytes(path.read_bytes())
        elif kind < 0.9:
            path = self.good[chance.randrange(len(self.good))]
            (folder / f"{stem}-changed{path.suffix}").write_bytes(mutate(path.read_bytes(), chance))
        elif kind < 0.94:
            os.mkfifo(folder / f"{stem}-fifo.jpg")
        elif kind < 0.97:
            os.symlink("nowhere", folder / f"{stem}-dangling.png")
        else:
            # Vanishes, perhaps, while it is worked on: see `lasting.py`.
            path = self.good[chance.randrange(len(self.good))]
            (folder / f"{stem}-vanishing{path.suffix}").write_bytes(path.read_bytes())

    def right(self, number, path):
        """Whether this is the result of the good picture of this number."""
        return self.results[name(number, self.good[number]).rsplit(".", 1)[0]] == digest(path)


# PNG, so that pixels are computed.
WAY = ("--format", "png")


def name(number, path):
    return f"{number:04}{path.suffix}"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
