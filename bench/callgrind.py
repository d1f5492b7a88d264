"""Counts what a program does, by callgrind."""

import re
import subprocess
import sys


def events(command, *options, environment=None, timeout=300):
    """What `command` does, or the part that callgrind's `options` choose: instructions as
    "Ir", and with --cache-sim=yes callgrind's other events."""
    done = subprocess.run(["valgrind", "--tool=callgrind", *options, *command], env=environment,
                          capture_output=True, text=True, timeout=timeout)
    names = re.search(r"Events    : (.+)", done.stderr)
    counts = re.search(r"Collected : (.+)", done.stderr)
    if done.returncode != 0 or not names or not counts:
        sys.exit(f"{command[0]} failed under callgrind:\n{done.stderr[-2000:]}")
    return dict(zip(names[1].split(), map(int, counts[1].split())))


def instructions(command, *options, **more):
    return events(command, *options, **more)["Ir"]
