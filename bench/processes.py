"""Child processes, and what they cost: CPU time and memory as Linux counts them."""

import os
import signal
import subprocess
import threading
import time
from pathlib import Path


class BenchError(Exception):
    """A contender that did not do its work; the message says which and why."""


class Child:
    """A process under measurement. Its standard output is read line by line; the CPU
    time it has used is noted at lines with one of the `marks`, which can be waited
    for."""

    def __init__(self, name, command, environment, marks, keep=None):
        self.name = name
        self.marks = marks
        self.lines = []
        self._news = threading.Condition()
        self._ended = False
        self._errors = open(keep, "wb") if keep else subprocess.DEVNULL
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            env={**os.environ, **environment})
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            text = line.decode().rstrip()
            marked = any(mark in text for mark in self.marks)
            note = (time.monotonic(), self.cpu_seconds() if marked else None, text)
            with self._news:
                self.lines.append(note)
                if marked:
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def wait_for(self, mark, limit=120):
        """The time, and the CPU time used, when a line first had that mark."""
        seen = 0
        deadline = time.monotonic() + limit
        with self._news:
            while True:
                for when, cpu, line in self.lines[seen:]:
                    if mark in line:
                        return when, cpu
                seen = len(self.lines)
                if self._ended:
                    raise BenchError(f"{self.name} ended before it said {mark!r}")
                if not self._news.wait(deadline - time.monotonic()) and time.monotonic() > deadline:
                    self.stop()
                    raise BenchError(f"{self.name} did not say {mark!r} within {limit} s")

    def cpu_seconds(self):
        """Used by all its threads so far, those that have ended included."""
        # What clock_getcpuclockid(3) gives for another process.
        clock_of_process = (~self.process.pid << 3) | 2
        return time.clock_gettime(clock_of_process)

    def lines_with_cpu(self):
        """The CPU time noted at each mark."""
        with self._news:
            return [cpu for _, cpu, _ in self.lines if cpu is not None]

    def memory_bytes(self):
        """Resident memory that is its own: code shared with others left out."""
        for line in Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Anonymous:"):
                return int(line.split()[1]) * 1024
        raise BenchError(f"{self.name}: no memory figures from the kernel")

    def finish(self, limit=120):
        """Waits for its end; gives its resource usage (getrusage)."""
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                self._reader.join()
                return usage
            time.sleep(0.005)
        self.stop()
        raise BenchError(f"{self.name} did not end within {limit} s")

    def stop(self, with_signal=signal.SIGKILL):
        self.process.send_signal(with_signal)
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self._reader.join()
        return usage
