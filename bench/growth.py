"""Whether the pool's work grows with its size in proportion, and no faster: instructions
of mass events (see pool_growth.cpp) at two sizes, by callgrind. See README.md."""

import argparse
import sys
from pathlib import Path

from callgrind import instructions

CASES = ("interrupted", "lost", "overdue", "holders-dead", "cancelled")
SIZES = (1_000, 10_000)  # Sessions, each with ten waiters.

# Ordered containers and a larger heap cost a little more for each.
MOST = 1.25


def count(binary, case, sessions):
    return instructions([binary, case, str(sessions)], "--callgrind-out-file=/dev/null",
                        "--toggle-collect=measured_part", timeout=1_200)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true",
                        help=f"fail when one session more costs over {MOST} times as much")
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, metavar="SESSIONS",
                        help="the two pools (default: %(default)s)")
    parser.add_argument("--build", type=Path, required=True, help="directory of the release")
    arguments = parser.parse_args()
    binary = arguments.build / "bench" / "avatar-bench-growth"
    print(f"instructions for each session (and its ten waiters)\n"
          f"{'all of them':16}{f'of {arguments.sizes[0]:,}':>12}{f'of {arguments.sizes[1]:,}':>12}{'growth':>9}")
    steepest = 0.0
    for case in CASES:
        small, large = (count(binary, case, n) / n for n in arguments.sizes)
        steepest = max(steepest, large / small)
        print(f"{case:16}{small:12,.0f}{large:12,.0f}{large / small:9.2f}", flush=True)
    if not arguments.check or steepest <= MOST:
        return 0
    print(f"more than {MOST}: something looks through all of them each time", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
