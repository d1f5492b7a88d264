"""Runs the tests against small deliberate errors in the product and says which of them
go unnoticed. docs/testing.md has the method."""

import argparse
import collections
import concurrent.futures
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import instrument
import mutants
import operators
from mutants import FOLDERS, ROOT

BUILD = ROOT / "build" / "mutation"
SOURCE = BUILD / "source"
BINARIES = BUILD / "binaries"

DO_NOT_COMPILE = BUILD / "do-not-compile.json"  # Of the last build.

# A test that hangs has noticed. So much longer than it takes otherwise, and seconds on top.
SLOWER, LONGER = 5, 10


def main():
    parser = argparse.ArgumentParser(prog="scripts/mutation", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="FOLDER|FILE",
                        help=f"whose mutants to run; default: {' '.join(FOLDERS)}")
    parser.add_argument("--list", action="store_true", help="print the mutants and run nothing")
    parser.add_argument("--picked", action="store_true", help="the hand-picked mutants only")
    parser.add_argument("--operator", help="the mutants of that operator only")
    parser.add_argument("--own", action="store_true",
                        help="only the tests of the mutant's own folder")
    parser.add_argument("--again", action="store_true", help="only the survivors of the last run")
    parser.add_argument("--sample", type=int, metavar="N",
                        help="only N mutants of each folder, drawn anew by --seed")
    parser.add_argument("--seed", type=int, default=1, help="of the sample; default: 1")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="tests at a time")
    options = parser.parse_args()
    try:
        return run(options)
    except (mutants.ListError, instrument.Overlap) as error:
        print(f"scripts/mutation: {error}", file=sys.stderr)
        return 2


def run(options):
    everything = all_mutants()
    chosen = choose(everything, options)
    if options.list:
        for number, mutant in chosen:
            print(f"{number} {mutant.kind:8}{mutant.describe()}")
        print(summary_of(chosen))
        return 0
    own = sorted({m.folder for _, m in chosen}) if options.own else None
    left_out = build(everything, own)
    chosen = [(n, m) for n, m in chosen if n not in left_out]
    print(summary_of(chosen), flush=True)
    tests = [t for t in find_tests() if own is None or t.folder in own]
    reach = measure(tests, len(everything))
    results = run_mutants(chosen, tests, reach, options)
    (BUILD / "survivors.json").write_text(json.dumps(
        [key_of(m) for (n, m) in chosen if results[n] is None and not equivalent_entry(m)]))
    report(chosen, results, left_out)
    return 0


# -- which mutants ---------------------------------------------------------------------

def product_files():
    listed = subprocess.run(["git", "ls-files", "--", *FOLDERS], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.split("\n")
    return [f for f in listed if f.endswith((".cpp", ".hpp"))]


def all_mutants():
    """Every mutant with its number: the same for one state of the source."""
    copy_source({})
    configure()
    found = operators.of_files(product_files(), BINARIES) + mutants.picked()
    return list(enumerate(sorted(found, key=lambda m: (FOLDERS.index(m.folder), m.file, m.begin))))


def choose(everything, options):
    for what in options.what:
        if what not in FOLDERS and not (ROOT / what).is_file():
            raise mutants.ListError(f"\"{what}\" is no folder or file with mutants; expected "
                                    f"{', '.join(FOLDERS)} or a file there")
    last = set()
    if options.again:
        last = {tuple(k) for k in json.loads((BUILD / "survivors.json").read_text())}
    chosen = [(n, m) for n, m in everything
            if (not options.what or m.folder in options.what or m.file in options.what)
            and (not options.picked or m.operator == "picked")
            and (not options.operator or m.operator == options.operator)
            and (not options.again or key_of(m) in last)]
    return chosen if options.sample is None else sample_of(chosen, options)


def sample_of(chosen, options):
    draw = random.Random(options.seed)
    drawn = []
    for folder in FOLDERS:
        of_folder = [(n, m) for n, m in chosen if m.folder == folder]
        drawn += sorted(draw.sample(of_folder, min(options.sample, len(of_folder))),
                        key=lambda pair: pair[0])
    return drawn


def key_of(m):
    return (m.file, m.operator, m.code, m.nth, m.to)


def equivalent_entry(mutant):
    return next((e for e in EQUIVALENTS if mutants.is_equivalent(mutant, e)), None)


def summary_of(chosen):
    kinds = collections.Counter(m.kind for _, m in chosen)
    told = ", ".join(f"{kinds[k]} {k}" for k in mutants.KINDS)
    timed = sum(kinds[k] for k in ("timer", "race", "release"))
    share = 100 * timed / max(len(chosen), 1)
    return f"{len(chosen)} mutants: {told} ({share:.0f} % timers, races and release)"


# -- one build for all -----------------------------------------------------------------

def copy_source(rewritten):
    """The tree as it is, but for the `rewritten` files; what has not changed is not
    touched, for the sake of the next build."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    wanted = set()
    for file in filter(None, listed):
        source = ROOT / file
        if not source.is_file():
            continue
        wanted.add(file)
        target = SOURCE / file
        content = rewritten.get(file, source.read_bytes())
        if file not in rewritten and file in REWRITTEN_BEFORE and not rewritten:
            continue    # It is about to be rewritten again.
        if not target.exists() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            shutil.copymode(source, target)
    for target in SOURCE.rglob("*"):
        if target.is_file() and str(target.relative_to(SOURCE)) not in wanted:
            target.unlink()


def configure():
    if (BINARIES / "build.ninja").exists():
        return
    command = ["cmake", "-S", SOURCE, "-B", BINARIES, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
               "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DBUILD_TESTING=ON", "-DCMAKE_CXX_FLAGS=-w"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def build(everything, folders):
    """Builds the instrumented tests, of those folders only if some are given. Gives the
    numbers of mutants that do not compile."""
    targets = ["all"] if folders is None else [f"tests/{folder}/all" for folder in folders]
    known = json.loads(DO_NOT_COMPILE.read_text()) if DO_NOT_COMPILE.exists() else []
    known = {tuple(key) for key in known}
    left_out = {n for n, m in everything if key_of(m) in known}
    for attempt in range(30):
        by_file = collections.defaultdict(list)
        for number, mutant in everything:
            if number not in left_out:
                by_file[mutant.file].append((number, mutant))
        copy_source({f: instrument.instrumented((ROOT / f).read_bytes(), numbered)
                     for f, numbered in by_file.items()})
        print(f"building, {len(left_out)} mutants left out", flush=True)
        done = subprocess.run(["cmake", "--build", BINARIES, "--", "-k", "0", *targets],
                              capture_output=True, text=True)
        (BUILD / "build.log").write_text(done.stdout + done.stderr)
        if done.returncode == 0:
            DO_NOT_COMPILE.write_text(json.dumps([key_of(m) for n, m in everything
                                                  if n in left_out]))
            return left_out
        bad = culprits(done.stdout, dict(everything)) - left_out
        if not bad:
            sys.exit(f"the instrumented build fails: see {BUILD / 'build.log'}")
        left_out |= bad
    sys.exit(f"the instrumented build still fails: see {BUILD / 'build.log'}")


def culprits(log, by_number):
    """The mutants that the compiler's errors are about: each that stands last before the
    place of an error, or that is part of a constant that is not one any more."""
    bad = set()
    for name in re.findall(r"error: .*?‘([\w:]+)’ is not usable in a constant|"
                           r"the value of ‘([\w:]+)’ is not usable in a constant", log):
        constant = (name[0] or name[1]).split("::")[-1]
        bad |= {n for n, m in by_number.items() if m.constant == constant}
    for kind in ("error", "note|required from here"):
        pattern = rf"^(?:\S*/)?{SOURCE.name}/([^:\n]+):(\d+):(\d+):.*?(?:{kind})"
        for file, line, column in re.findall(pattern, log, re.MULTILINE):
            if file.startswith("tests/"):
                continue
            text = (SOURCE / file).read_bytes()
            lines = text.split(b"\n")
            at = sum(len(l) + 1 for l in lines[:int(line) - 1]) + int(column)
            # An error of the whole switch points at what stands before its number.
            before = [m for m in re.finditer(rb"mutation::on\((\d+)\)", text[:at + 60])
                      if m.start() <= at + 4]
            if before:
                bad.add(int(before[-1][1]))
        if bad:
            return bad
    return bad


# -- the tests -------------------------------------------------------------------------

class Test:
    def __init__(self, entry):
        self.name = entry["name"]
        self.command = entry["command"]
        properties = {p["name"]: p["value"] for p in entry.get("properties", [])}
        self.directory = properties.get("WORKING_DIRECTORY", str(BINARIES))
        self.seconds = 0.0

    @property
    def folder(self):
        return self.name.split("/")[0]

    def run(self, variables, limit):
        """True when it passes; false when it fails or hangs."""
        environment = {**os.environ, "AVATAR_SEQUENCES": "2000", **variables}
        child = subprocess.Popen(self.command, cwd=self.directory, env=environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            return child.wait(limit) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            try:    # Children of its own as well.
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.wait()


def find_tests():
    shown = subprocess.run(["ctest", "--test-dir", BINARIES, "--show-only=json-v1"], check=True,
                           capture_output=True, text=True).stdout
    return [Test(t) for t in json.loads(shown)["tests"] if "command" in t]


def measure(tests, count):
    """Times every test without any mutant, and notes which mutants each comes by."""
    reach = {}
    for test in tests:
        notes = BUILD / "reached"
        notes.write_bytes(bytes(count))
        started = time.monotonic()
        if not test.run({"AVATAR_MUTANTS_REACHED": str(notes)}, 300):
            sys.exit(f"{test.name} fails without any mutant")
        test.seconds = time.monotonic() - started
        reach[test.name] = {n for n, byte in enumerate(notes.read_bytes()) if byte}
    return reach


def run_mutants(chosen, tests, reach, options):
    """The name of the test that noticed each mutant, by number; nothing: none did."""
    results = {}
    lock = threading.Lock()
    started = time.monotonic()

    def one(numbered):
        number, mutant = numbered
        noticed = None
        for test in sorted(tests, key=lambda t: (t.folder != mutant.folder, t.seconds)):
            if options.own and test.folder != mutant.folder:
                continue
            if number not in reach[test.name]:
                continue
            if not test.run({"AVATAR_MUTANT": str(number)}, SLOWER * test.seconds + LONGER):
                noticed = test.name
                break
        with lock:
            results[number] = noticed
            if noticed is None and not equivalent_entry(mutant):
                print(f"  survived: {mutant.describe()}", flush=True)
            if len(results) % 100 == 0:
                print(f"  {len(results)} of {len(chosen)} after "
                      f"{time.monotonic() - started:.0f} s", flush=True)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(one, chosen))
    return results


# -- the score -------------------------------------------------------------------------

def report(chosen, results, left_out):
    lines = []
    for folder in FOLDERS:
        of_folder = [(n, m) for n, m in chosen if m.folder == folder]
        if not of_folder:
            continue
        survivors = [m for n, m in of_folder if results[n] is None]
        equal = [m for m in survivors if equivalent_entry(m)]
        real = [m for m in survivors if not equivalent_entry(m)]
        counted = len(of_folder) - len(equal)
        lines.append(f"{folder:10} {counted - len(real):5} of {counted:5} noticed, "
                     f"{100 * (counted - len(real)) / max(counted, 1):5.1f} %, "
                     f"{len(equal):3} equivalent, {len(real):3} survived")
    print("\n".join(lines))
    if left_out:
        print(f"{len(left_out)} more do not compile and count nowhere")


EQUIVALENTS = []
REWRITTEN_BEFORE = set()

if __name__ == "__main__":
    EQUIVALENTS = mutants.equivalents()
    SOURCE.mkdir(parents=True, exist_ok=True)
    REWRITTEN_BEFORE = {f for f in product_files() if (SOURCE / f).exists()}
    sys.exit(main())
