"""Short runs that are interrupted and resumed until they are done. Owns: how they are interrupted, and what is true at the end."""

import collections
import os
import resource
import shutil
import signal
import subprocess
import time

from pictures import WAY, Pictures

COUNT = 200
# What one after the other takes away; then the run is let through.
MOST_INTERRUPTIONS = 4


class Interrupted:
    def __init__(self, command, corpus, scratch, chance):
        scratch.mkdir()
        self.command, self.scratch, self.chance = command, scratch, chance
        self.pictures = Pictures(command, corpus, scratch)
        self.wrong, self.ends = [], collections.Counter()
        self.rounds = self.good = 0
        self.disk = scratch / "disk"
        self.disk.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64m", "soak", self.disk], capture_output=True, check=False
        )
        self.fills = mounted.returncode == 0
        if not self.fills:
            print("SKIPPED: disks that fill up; mounting one needs root", flush=True)

    def work(self, until):
        try:
            while time.monotonic() < until:
                self.round()
        finally:
            if self.fills:
                subprocess.run(["umount", self.disk], check=True)

    def round(self):
        """One folder of pictures, interrupted some times, then resumed to the end."""
        shutil.rmtree(self.scratch / "in", ignore_errors=True)
        shutil.rmtree(self.disk / "out", ignore_errors=True)
        good = self.pictures.put(self.scratch / "in", self.chance, COUNT)
        ways = [self.killed, self.asked, self.starved] + [self.full] * self.fills
        for _ in range(self.chance.randrange(1, MOST_INTERRUPTIONS + 1)):
            self.chance.choice(ways)()
        code, said = self.run().result()
        if code not in (0, 1):
            self.wrong.append(f"the last run of round {self.rounds} ended with {code}: {said[-500:]}")
        for stem, number in good.items():
            result = self.disk / "out" / f"{stem}.png"
            self.good += 1
            if not result.exists() or not self.pictures.right(number, result):
                self.wrong.append(f"{result}: missing or not what it should be, in round {self.rounds}")
        left = [path.name for path in (self.disk / "out").rglob(".pipeline-*")]
        if left:
            self.wrong.append(f"left over after round {self.rounds}: {left}")
        self.rounds += 1

    def run(self, **how):
        args = [self.command, "in", "-o", self.disk / "out", "--resume", "--retry-failed", "--progress", "none", *WAY]
        return Run(args, self.scratch, **how)

    def moment(self):
        time.sleep(self.chance.random() * 0.5)

    def note(self, how, run, allowed):
        code, said = run.result()
        self.ends[f"{how}: {code}"] += 1
        if code not in allowed:
            self.wrong.append(f"{how}, a run ended with {code}: {said[-500:]}")

    def killed(self):
        run = self.run()
        self.moment()
        run.child.kill()
        self.note("killed", run, (-signal.SIGKILL, 0, 1))

    def asked(self):
        run = self.run()
        which = self.chance.choice((signal.SIGINT, signal.SIGTERM))
        self.moment()
        for _ in range(self.chance.choice((1, 1, 2))):
            run.child.send_signal(which)
            time.sleep(0.01)
        self.note(f"asked to end by {which.name}", run, (128 + which, -which, 0, 1))

    def starved(self):
        """Too few descriptors, for a start or in the middle."""
        few = self.chance.randrange(8, 40)
        limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (few, few))
        self.note("few descriptors", self.run(preexec_fn=limit), (0, 1, 2, 3))

    def full(self):
        """Little room on the disk, until the run has ended."""
        filler = self.disk / "filler"
        state = os.statvfs(self.disk)
        leave = self.chance.randrange(1 << 20)
        with open(filler, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(state.f_bavail * state.f_frsize - leave, 1))
        self.note("disk full", self.run(), (0, 1, 3))
        filler.unlink()

    def figures(self):
        return {"rounds": self.rounds, "good": self.good, "ends": self.ends}

    def show(self):
        ends = ", ".join(f"{how} {count}" for how, count in sorted(self.ends.items()))
        print(f"interrupted runs: {self.rounds} folders, {self.good} good pictures; how runs ended: {ends}")


class Run:
    def __init__(self, args, folder, **how):
        self.child = subprocess.Popen(
            args, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            errors="replace", **how,
        )

    def result(self):
        said = self.child.communicate()[1]
        return self.child.returncode, said
