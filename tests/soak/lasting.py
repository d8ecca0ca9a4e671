"""One run that lasts: it is given names of files all the time, while its decoders are killed, it is stopped and goes on, and
files vanish and change under it. Owns: feeding it, what happens to it, what is looked at meanwhile."""

import json
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import subprocess
import threading
import time

from pictures import WAY, Pictures

BATCH = 500
# Batches whose names were given and which are not looked at yet. More than the run's window is behind the last.
AHEAD = 3
SAMPLE_SECONDS = 0.5
# Those of ten minutes.
FEW_SAMPLES = 1200
# What was given is finished within so many seconds once there is no more.
LAST_SECONDS = 600
MIB = 1 << 20
# Workers that come and go would hide a thread or a decoder that stays; those of the interrupted runs do.
ARGUMENTS = ["-", "-0", "-o", "out", "--isolate", "--elastic", "off", "--memory", "256MiB", "--progress", "json", *WAY]


class Lasting:
    def __init__(self, command, corpus, scratch, chance):
        scratch.mkdir()
        self.scratch, self.chance = scratch, chance
        self.pictures = Pictures(command, corpus, scratch)
        self.command = command
        self.wrong, self.samples = [], []
        self.counts = {"admitted": 0, "done": 0, "failed": 0, "skipped": 0, "interrupted": 0}
        self.lost = {}
        self.said = []
        self.given = self.checked = self.good = self.kills = self.stops = 0

    def work(self, until):
        self.child = subprocess.Popen(
            [self.command, *ARGUMENTS, "--report", "report.json"],
            cwd=self.scratch, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        self.over = threading.Event()
        beside = [threading.Thread(target=work) for work in (self.listen, self.sample, self.disturb)]
        for thread in beside:
            thread.start()
        batches = []
        try:
            self.feed(until, batches)
            self.child.stdin.close()
            code = self.child.wait(LAST_SECONDS)
        except BaseException:
            # Otherwise the threads beside would wait for an end that does not come.
            self.child.kill()
            self.child.wait()
            raise
        finally:
            self.over.set()
            for thread in beside:
                thread.join()
        if code in (0, 1):
            for batch in batches:
                self.check(*batch)
        self.finish(code)

    def feed(self, until, batches):
        """Gives batches until the time is over; those that are not looked at yet are left in `batches`."""
        number = 0
        while time.monotonic() < until and self.child.poll() is None:
            batches.append(self.give(number))
            number += 1
            if len(batches) > AHEAD:
                self.await_finished(batches[1][2])
                self.check(*batches.pop(0))

    def give(self, number):
        """Writes a batch of files and tells their names. Gives what was told, and how many files were before its end."""
        folder = self.scratch / "in" / f"{number:06}"
        good = self.pictures.put(folder, self.chance, BATCH)
        names = sorted(path.name for path in folder.iterdir())
        names.insert(self.chance.randrange(len(names)), "was-never-there.jpg")
        told = b"".join(f"in/{number:06}/{name}".encode() + b"\0" for name in names)
        self.child.stdin.write(told)
        self.child.stdin.flush()
        for name in names:
            if "vanishing" in name:
                self.change(folder / name)
        self.given += len(names)
        return number, good, self.given

    def change(self, path):
        """Takes a file away, or part of it, or lets it grow, at once: the run may be at it."""
        way = self.chance.randrange(3)
        if way == 0:
            path.unlink()
        elif way == 1:
            os.truncate(path, path.stat().st_size // 2)
        else:
            with open(path, "ab") as file:
                file.write(bytes(1000))

    def finished(self):
        return sum(self.counts[way] for way in ("done", "failed", "skipped"))

    def await_finished(self, count):
        last, since = self.finished(), time.monotonic()
        while self.finished() < count and self.child.poll() is None:
            time.sleep(0.05)
            if self.finished() != last:
                last, since = self.finished(), time.monotonic()
            if time.monotonic() - since > 60:
                self.wrong.append(f"nothing was finished for 60 s, at {last} of {self.given}")
                self.child.kill()

    def check(self, number, good, _):
        """A batch that is finished: its results are right, and all that is missing was told."""
        folder = f"{number:06}"
        out = self.scratch / "out" / "in" / folder
        if not out.exists():
            out = self.scratch / "out" / folder
        for stem, picture in good.items():
            result = out / f"{stem}.png"
            self.good += 1
            if not result.exists():
                if f"in/{folder}/{stem}" not in self.lost:
                    self.wrong.append(f"{result}: missing, and nothing was said")
            elif not self.pictures.right(picture, result):
                self.wrong.append(f"{result}: is not what it should be")
        left = [path.name for path in out.glob(".pipeline-*")]
        if left:
            self.wrong.append(f"{out}: left over: {left}")
        self.checked += 1
        shutil.rmtree(out, ignore_errors=True)
        shutil.rmtree(self.scratch / "in" / folder)

    def listen(self):
        for line in self.child.stderr:
            try:
                said = json.loads(line)
            except ValueError:
                self.said.append(line.decode(errors="replace").rstrip())
                continue
            if said["event"] == "line":
                if found := re.match(r"(in/\d+/\d+-good)\.\w+: (.*)", said["text"]):
                    self.lost[found[1]] = found[2]
                elif said["text"].startswith("pipeline: "):
                    self.said.append(said["text"])
                continue
            for way in self.counts:
                self.counts[way] = said[way]

    def decoders(self):
        try:
            listed = pathlib.Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text()
            return [int(pid) for task in pathlib.Path(f"/proc/{self.child.pid}/task").iterdir()
                    for pid in (task / "children").read_text().split()] or listed.split()
        except OSError:
            return []

    def disturb(self):
        """Kills decoders, and stops the whole run for a while."""
        chance = random.Random(self.chance.random())
        while not self.over.wait(chance.expovariate(1 / 2)):
            decoders = self.decoders()
            if decoders and chance.random() < 0.7:
                try:
                    os.kill(int(chance.choice(decoders)), signal.SIGKILL)
                    self.kills += 1
                except ProcessLookupError:
                    pass
            else:
                self.child.send_signal(signal.SIGSTOP)
                time.sleep(chance.random())
                self.child.send_signal(signal.SIGCONT)
                self.stops += 1

    def sample(self):
        while not self.over.wait(SAMPLE_SECONDS):
            process = pathlib.Path(f"/proc/{self.child.pid}")
            try:
                status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
                self.samples.append({
                    "finished": self.finished(),
                    "resident": int(status["VmRSS"].split()[0]) * 1024,
                    "threads": int(status["Threads"]),
                    "descriptors": len(os.listdir(process / "fd")),
                    "decoders": len(self.decoders()),
                })
            except OSError:
                return

    def finish(self, code):
        if code not in (0, 1):
            self.wrong.append(f"the lasting run ended with {code}")
            return
        counts = json.loads((self.scratch / "report.json").read_text())["counts"]
        if counts["admitted"] != self.given or self.finished() != self.given:
            self.wrong.append(f"of {self.given} names {counts} are accounted for")
        killed = [said for said in self.lost.values() if "its process was killed" in said]
        if len(killed) != len(self.lost) or len(self.lost) > self.kills:
            self.wrong.append(f"good pictures lost after {self.kills} kills: {self.lost}")
        left = [path for path in (self.scratch / "out").rglob(".pipeline-*")]
        if left:
            self.wrong.append(f"left over: {left}")
        # Files are open at some moments, and a decoder's pipes are not there when it was killed; what leaks is there at all.
        for what, of in (("descriptors", statistics.median), ("threads", max), ("decoders", max)):
            early, late = self.quarters(what, of)
            # The median of a few samples is that of a few moments; in an hour nothing may grow, not even by one.
            slack = 2 if of is statistics.median and len(self.samples) < FEW_SAMPLES else 0
            if late > early + slack:
                self.wrong.append(f"{what}: the {of.__name__} of a quarter grew from {early} to {late}")
        # A name for each result is remembered, so that no result overwrites another.
        early, late = self.quarters("resident", statistics.median)
        remembered = 128 * (self.samples[-1]["finished"] - self.samples[len(self.samples) // 4]["finished"])
        if late > early * 1.1 + 8 * MIB + remembered:
            self.wrong.append(f"resident memory grew from {early / MIB:.0f} to {late / MIB:.0f} MiB")

    def quarters(self, what, of):
        """Of the second quarter of the samples, and of the last."""
        values, quarter = [sample[what] for sample in self.samples], len(self.samples) // 4
        if not quarter:
            self.wrong.append("too short to tell whether anything grows")
            return 0, 0
        return of(values[quarter : 2 * quarter]), of(values[-quarter:])

    def figures(self):
        return {
            "names": self.given, **self.counts, "good": self.good, "kills of decoders": self.kills,
            "stops": self.stops, "good pictures lost with their decoder": len(self.lost), "samples": self.samples,
        }

    def show(self):
        counts = self.counts
        for line in self.said:
            print(f"it said: {line}")
        print(f"the lasting run: {self.given} names, {counts['done']} done, {counts['failed']} failed, "
              f"{counts['skipped']} skipped; {self.kills} decoders killed, {self.stops} times stopped")
        print(f"{self.good} good pictures, {self.good - len(self.lost)} with the right result, "
              f"{len(self.lost)} lost with the decoder that was killed")
        for what, unit in (("resident", MIB), ("descriptors", 1), ("threads", 1), ("decoders", 1)):
            early, late = self.quarters(what, statistics.median)
            most = max(sample[what] for sample in self.samples)
            print(f"{what:12} second quarter {early / unit:.0f}, last quarter {late / unit:.0f}, at most {most / unit:.0f}"
                  + (" MiB" if unit == MIB else ""))
