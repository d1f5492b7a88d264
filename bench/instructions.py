"""Instructions of the client for one small request, by callgrind: the difference of
two runs, so that start, opening and closing drop out. See README.md."""

import argparse
import sys
import tempfile
from pathlib import Path

from callgrind import instructions
from emulator import EAGER, Emulator

SESSIONS = 100
FEW, MANY = 1_000, 5_000
TOLERANCE = 0.05


def count(binary, environment, requests, scratch):
    audio = scratch / "small.pcm"
    audio.write_bytes(bytes(1_024))
    command = [binary, "run", f"--pool.size={SESSIONS}", "--rounds.count=1",
               f"--rounds.concurrency={requests}", f"--audio.file={audio}",
               "--service.connect-timeout=60s", "--pool.request-timeout=60s"]
    return instructions(command, f"--callgrind-out-file={scratch}/callgrind.out",
                        environment=environment)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="against the figure that is kept")
    parser.add_argument("--build", type=Path, required=True, help="directory of the release")
    arguments = parser.parse_args()
    binary = arguments.build / "avatar-pool"
    with tempfile.TemporaryDirectory() as scratch:
        emulator = Emulator(binary, {**EAGER, "emulator.frames-per-second-of-audio": "312.5"})
        try:
            environment = {"PATH": "/usr/bin:/bin", **emulator.environment}
            few, many = (count(binary, environment, n, Path(scratch)) for n in (FEW, MANY))
        finally:
            emulator.stop()
    each = round((many - few) / (MANY - FEW))
    if not arguments.check:
        print(each)
        return 0
    kept = int((Path(__file__).parent / "instructions.txt").read_text())
    print(f"{each} instructions a request; {kept} are kept in bench/instructions.txt "
          f"({(each / kept - 1) * 100:+.1f} %)")
    if abs(each / kept - 1) <= TOLERANCE:
        return 0
    print("more than 5 % off: find out why; where the change is meant, keep the new figure",
          file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
