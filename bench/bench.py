"""Runs every case with every contender in turn, several times, prints the medians as
a table and writes them as JSON. See README.md."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from cases import all_cases
from contenders import (Bare, Floor, Go, HalfSink, Nodes, Ours, Remote, Sink,
                        StalledSink)
from emulator import Emulator
from processes import BenchError

SAMPLE_RATE = 16_000
# Bytes of silence, 16-bit PCM.
CLIPS = {"small": 1_024, "speech": 650 * 1_024, "stalled": 32 * 1_024,
         "piece": 1_280}


class Context:
    """What the cases share: clips, a certificate, and one emulator for each kind."""

    def __init__(self, binary, scratch):
        self.scratch = scratch
        self._binary = binary
        self._emulators = {}
        for name, size in CLIPS.items():
            self.audio(name).write_bytes(bytes(size))
        self._certificate = scratch / "certificate.pem"
        self._key = scratch / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-keyout", self._key, "-out", self._certificate, "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
            check=True, capture_output=True)

        self.node_certificates = scratch / "nodes"
        subprocess.run([Path(__file__).parent.parent / "scripts" / "node-certificates",
                        self.node_certificates, "127.0.0.1"], check=True, capture_output=True)

    def audio(self, name):
        return self.scratch / f"{name}.pcm"

    def ca(self, case):
        return self._certificate if case.tls else None

    def emulator(self, case):
        tls_files = (self._certificate, self._key) if case.tls else None
        key = (case.tls, *sorted(case.emulator.items()))
        if key not in self._emulators:
            self._emulators[key] = Emulator(self._binary, case.emulator, tls_files)
        return self._emulators[key]

    def close(self):
        for emulator in self._emulators.values():
            emulator.stop()


def measure(case, contenders, rounds, context):
    """The medians of each contender, from runs in turn."""
    runs = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        for contender in contenders:
            print(f"\r\033[K{case.name} {number + 1}/{rounds} {contender.name}", end="",
                  file=sys.stderr, flush=True)
            runs[contender.name].append(case.run(contender, context))
    print("\r\033[K", end="", file=sys.stderr, flush=True)
    return {name: {figure: median(run[figure] for run in some) for figure in some[0]}
            for name, some in runs.items()}


def ratio(results, figure, of, to):
    other = results[to][figure]
    return results[of][figure] / other if other else 0


def print_case(case, results):
    print(f"\n{case.name}")
    names = list(results)
    of = case.subject
    others = [name for name in names if name != of]
    print(f"  {'':<28}" + "".join(f"{name:>13}" for name in names) +
          "".join(f"{of + '/' + name:>20}" for name in others))
    for figure in results[of]:
        row = "".join(f"{results[name][figure]:>13.2f}" for name in names)
        ratios = "".join(f"{ratio(results, figure, of, name):>20.2f}" for name in others)
        print(f"  {figure:<28}{row}{ratios}")
    sys.stdout.flush()


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), "unknown")
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release()}


def main():
    parser = argparse.ArgumentParser(description="Measures avatar-pool against its peers.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the load, once")
    parser.add_argument("--rounds", type=int, help="runs of each (default 5; quick: 1)")
    parser.add_argument("--case", action="append", help="only this one; may be repeated")
    parser.add_argument("--build", type=Path, required=True, help="directory of the release")
    parser.add_argument("--go", type=Path, help="the Go peer's binary")
    arguments = parser.parse_args()

    cases = all_cases(arguments.quick)
    known = [case.name for case in cases]
    for name in arguments.case or []:
        if name not in known:
            parser.error(f"there is no case {name!r}: expected one of {', '.join(known)}")
    rounds = arguments.rounds or (1 if arguments.quick else 5)
    binary = arguments.build / "avatar-pool"
    built = arguments.build / "bench"
    contenders = [Floor(built / "avatar-bench-floor"), Bare(built / "avatar-bench-bare"),
                  Ours(binary), *(kind(built / "avatar-bench-sink")
                                  for kind in (Sink, HalfSink, StalledSink))]
    if arguments.go:
        contenders.append(Go(arguments.go))

    results = {}
    with tempfile.TemporaryDirectory() as scratch:
        context = Context(binary, Path(scratch))
        client = built / "avatar-bench-remote"
        contenders += [Remote(binary, client, "remote"),
                       Remote(binary, client, "remote-tls", context.node_certificates),
                       Nodes(binary, "worker", 1), Nodes(binary, "four-workers", 4),
                       Nodes(binary, "worker-tls", 1, context.node_certificates)]
        try:
            for case in cases:
                if arguments.case and case.name not in arguments.case:
                    continue
                of_case = [c for c in contenders if case.measures(c)]
                results[case.name] = measure(case, of_case, rounds, context)
                print_case(case, results[case.name])
        except BenchError as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
        finally:
            context.close()

    target = arguments.build.parent / "bench" / "results.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({
        "schema": 1, "date": time.strftime("%Y-%m-%d"), "machine": machine(),
        "quick": arguments.quick, "rounds": rounds, "cases": results}, indent=2) + "\n")
    print(f"\nwritten to {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
