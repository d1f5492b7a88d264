"""What came of the cases: one table, one line a case, and the closing count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

HEADINGS = ("SDK", "CASE", "EXPECTED", "CAME", "")
# Longer texts are cut in the table: it is for eyes. A failure is shown whole below it.
MAX_WIDTH = 60


@dataclass(frozen=True)
class Row:
    """One case with one SDK."""

    sdk: str
    case: str
    expected: str
    came: str

    @property
    def passed(self) -> bool:
        return self.came == self.expected


def print_table(rows: Sequence[Row]) -> None:
    """The table on standard output, with every failure whole below it, and last
    the line `N passed, N failed`."""
    lines = [HEADINGS] + [
        (r.sdk, r.case, r.expected, r.came, "PASS" if r.passed else "FAIL") for r in rows
    ]
    widths = [min(MAX_WIDTH, max(map(len, column))) for column in zip(*lines)]
    for line in lines:
        cells = (_cut(text, width).ljust(width) for text, width in zip(line, widths))
        print("  ".join(cells).rstrip())

    failed = [r for r in rows if not r.passed]
    for r in failed:
        print(f"\n{r.sdk}, {r.case}\n  expected: {r.expected}\n  came:     {r.came}")
    print(f"\n{len(rows) - len(failed)} passed, {len(failed)} failed")


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."
