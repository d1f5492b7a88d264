"""Counts instructions by callgrind."""

import re
import subprocess
import sys


def instructions(command, *options, environment=None, timeout=300):
    """Of what `command` runs, or the part that callgrind's `options` choose."""
    done = subprocess.run(["valgrind", "--tool=callgrind", *options, *command], env=environment,
                          capture_output=True, text=True, timeout=timeout)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not collected:
        sys.exit(f"{command[0]} failed under callgrind:\n{done.stderr[-2000:]}")
    return int(collected[1])
