"""Owns how a table of figures looks. Does not own: the figures."""


def render(head: list[str], rows: list[list[str]], markdown: bool) -> str:
    """A table; the first column is text, the others are figures."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells):
        first, *figures = (cell.ljust(width) if not n else cell.rjust(width)
                           for n, (cell, width) in enumerate(zip(cells, widths, strict=True)))
        if markdown:
            return f"| {' | '.join([first, *figures])} |"
        return "  ".join([first, *figures])

    dashes = ["-" * widths[0], *("-" * (width - markdown) + ":" * markdown for width in widths[1:])]
    return "\n".join([line(head), line(dashes), *map(line, rows)])
