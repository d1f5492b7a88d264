"""What the client does for one small request, by callgrind: instructions with few sessions,
and reads and writes that miss the last-level cache with many. Each is the difference of
two runs, so that start, opening and closing drop out. See README.md."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from callgrind import events
from emulator import EAGER, Emulator

KEPT = Path(__file__).parent / "instructions.json"

# A cache that is the same whatever machine counts: size, associativity, line.
CACHE = ("--cache-sim=yes", "--I1=32768,8,64", "--D1=32768,8,64", "--LL=8388608,16,64")


class Instructions:
    name = "instructions a request"
    sessions, few, many = 100, 1_000, 5_000
    options = ()
    tolerance = 0.03

    @staticmethod
    def count(found):
        return found["Ir"]


class Misses:
    name = "last-level misses a request with 3,000 sessions"
    sessions, few, many = 3_000, 3_000, 12_000
    options = CACHE
    tolerance = 0.10

    @staticmethod
    def count(found):
        return found["ILmr"] + found["DLmr"] + found["DLmw"]


def run(binary, environment, figure, requests, scratch):
    audio = scratch / "small.pcm"
    audio.write_bytes(bytes(1_024))
    command = [binary, "run", f"--pool.size={figure.sessions}", "--pool.connect-rate=100000",
               "--rounds.count=1", f"--rounds.concurrency={requests}", f"--audio.file={audio}",
               "--service.connect-timeout=5min", "--pool.request-timeout=5min",
               "--pool.borrow-timeout=5min"]
    return figure.count(events(command, f"--callgrind-out-file={scratch}/callgrind.out",
                               *figure.options, environment=environment, timeout=600))


def measure(binary, figure):
    """For one request more."""
    with tempfile.TemporaryDirectory() as scratch:
        emulator = Emulator(binary, {**EAGER, "emulator.frames-per-second-of-audio": "312.5"})
        try:
            environment = {"PATH": "/usr/bin:/bin", **emulator.environment}
            few, many = (run(binary, environment, figure, n, Path(scratch))
                         for n in (figure.few, figure.many))
        finally:
            emulator.stop()
    return round((many - few) / (figure.many - figure.few))


def compare(figure, each):
    """Whether it is near the figure that is kept; says so."""
    kept = json.loads(KEPT.read_text())[figure.name]
    off = each / kept - 1
    print(f"{each} {figure.name}; {kept} are kept in bench/{KEPT.name} ({off * 100:+.1f} %)",
          flush=True)
    if abs(off) <= figure.tolerance:
        return True
    print(f"more than {figure.tolerance * 100:.0f} % off: find out why; where the change is "
          "meant, keep the new figure", file=sys.stderr)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="against the figures that are kept")
    parser.add_argument("--build", type=Path, required=True, help="directory of the release")
    arguments = parser.parse_args()
    binary = arguments.build / "avatar-pool"
    good = True
    for figure in (Instructions, Misses):
        each = measure(binary, figure)
        if arguments.check:
            good = compare(figure, each) and good
        else:
            print(each, figure.name, flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
