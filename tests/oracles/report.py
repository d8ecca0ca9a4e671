"""Owns showing the counts, writing them down, and holding them against expected.toml.

Does not own: any counting.
"""

import tomllib
from pathlib import Path

import verdict

EXPECTED = Path(__file__).with_name("expected.toml")


def used(tally):
    """Verdicts that occur, in their order."""
    return [name for name in verdict.ALL if any(counts[name] for counts in tally.counts.values())]


def show(tally):
    columns = used(tally)
    print(f"{'':44}" + "".join(f"{name:>15}" for name in columns))
    for (section, kind), counts in sorted(tally.counts.items()):
        print(f"{section + ': ' + kind:44}" + "".join(f"{counts[name] or '·':>15}" for name in columns))
    for (section, name), text in sorted(tally.figures.items()):
        print(f"{section}: {name}: {text}")


def findings(tally, directory):
    """One file per section: every file whose verdict is not plainly good, the worst first."""
    directory.mkdir(parents=True, exist_ok=True)
    worst = [*verdict.CEILINGS[-3:], verdict.DIFFERENT, verdict.DAMAGED, verdict.REFUSED, verdict.NEAR]
    rank = {name: at for at, name in enumerate(worst)}
    for section, found in tally.findings.items():
        found.sort(key=lambda entry: (rank.get(entry[0], 99), entry))
        lines = [f"{name}\t{kind}\t{path}\t{note}\n" for name, kind, path, note in found]
        (directory / f"{section}.tsv").write_text("".join(lines))


MEANING = """\
| verdict | meaning |
|---|---|
| same | every sample equal |
| within 1, within 2 | no sample differs by more levels of 8 bits |
| different | some sample does, or the size; the goal is 0 |
| they err | different, looked at by a person, and theirs is wrong; why stands in `tests/oracles/disputes.toml` |
| refused | they take it without a warning, we refuse it by name: a kind of file we do not decode, or a limit |
| called damaged | they take it without a warning, we call it damaged or truncated, and say where |
| both refuse | nobody gives a picture |
| only we take | they refuse it or warn, we give a picture |
| panic, abort, hang | what must never happen |
"""


def markdown(tally, theirs, path):
    """The same table for the documentation, with who was asked."""
    lines = [
        "# Pictures compared with those of other programs\n\n",
        "Written by `tests/oracles/run CORPUS --docs docs/correctness.md`; CI runs the same and fails when a count gets worse than\n",
        "`tests/oracles/expected.toml` says. The counts are files of the corpus that [README.md](../tests/oracles/README.md) there\n",
        "describes.\n\n",
        *(f"- {name}\n" for name in theirs.versions()),
        f"\n{MEANING}",
    ]
    for section in dict.fromkeys(section for section, _ in sorted(tally.counts)):
        kinds = {kind: counts for (of, kind), counts in sorted(tally.counts.items()) if of == section}
        columns = [name for name in verdict.ALL if any(counts[name] for counts in kinds.values())]
        lines.append(f"\n## {section}\n\n| | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}\n")
        for kind, counts in kinds.items():
            lines.append(f"| {kind} | {' | '.join(str(counts[name] or '·') for name in columns)} |\n")
        lines += [f"\n{name}: {text}\n" for (of, name), text in sorted(tally.figures.items()) if of == section]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines))


def accept(tally):
    """Sections that did not run keep what was expected of them."""
    expected = load()
    for section in {section for section, _ in tally.counts}:
        expected[section] = {
            kind: {name: counts[name] for name in verdict.ALL if counts[name]}
            for (of, kind), counts in sorted(tally.counts.items())
            if of == section
        }
    lines = ["# What `run` must give at least (same, within) and at most (different, refused, …). Written by `run --accept`.\n"]
    for section, kinds in sorted(expected.items()):
        lines.append(f"\n[{section}]\n")
        for kind, counts in kinds.items():
            inside = ", ".join(f'"{name}" = {count}' for name, count in counts.items())
            lines.append(f'"{kind}" = {{ {inside} }}\n')
    EXPECTED.write_text("".join(lines))


def load():
    return tomllib.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}


def regressions(tally, sections):
    """Exit code 1 with a line for each count that is worse than expected."""
    worse = []
    for section in sections:
        for kind, expected in load().get(section, {}).items():
            counts = tally.counts.get((section, kind), {})
            sums = lambda of, upto: sum(of.get(name, 0) for name in verdict.FLOORS[:upto])
            for upto, name in enumerate(verdict.FLOORS, 1):
                if sums(counts, upto) < sums(expected, upto):
                    worse.append(f"{section}: {kind}: {sums(counts, upto)} are {name}, {sums(expected, upto)} expected")
            for name in verdict.CEILINGS:
                if counts.get(name, 0) > expected.get(name, 0):
                    worse.append(f"{section}: {kind}: {counts[name]} {name}, at most {expected.get(name, 0)} expected")
        for (of, kind), counts in tally.counts.items():
            if of == section and kind not in load().get(section, {}):
                bad = [f"{counts[name]} {name}" for name in (verdict.DIFFERENT, verdict.PANIC, verdict.ABORT, verdict.HANG) if counts[name]]
                if bad:
                    worse.append(f"{section}: {kind}: {', '.join(bad)}; nothing is expected of this class yet")
    for line in worse:
        print(f"WORSE: {line}")
    return 1 if worse else 0
