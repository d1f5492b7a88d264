"""What a mutant is: one small deliberate error at one place of the product's source."""

import dataclasses
import re
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# The folders whose tests are measured, in the order of the report.
FOLDERS = ["application", "actors", "transport", "report", "protocol", "config", "audio", "emulator"]

KINDS = ["timer", "race", "release", "logic"]


class ListError(Exception):
    """An entry of a list that fits nothing; one line that says which and why."""


@dataclasses.dataclass(frozen=True)
class Mutant:
    file: str       # From the project's root.
    begin: int      # The bytes of the file that it changes, ...
    end: int        # ... past the last.
    operator: str   # Which operator made it, or "picked".
    form: str       # How the switch is put in: see instrument.py.
    to: str         # The new text, where the form has one.
    function: str   # The innermost function around it, for the reader.
    kind: str       # One of KINDS.
    line: int       # From 1.
    code: str       # The line it stands in, without indentation.
    nth: int = 1    # Of those of the same operator in lines of that text.
    constant: str = ""  # The constexpr variable whose value it is part of.

    @property
    def folder(self):
        return self.file.split("/")[0]

    def describe(self):
        change = f": {self.to}" if self.to else ""
        return f"{self.file}:{self.line} [{self.operator}{change}] {self.code}"


def line_of(text, offset):
    """Number and stripped text of the line at a byte offset."""
    number = text.count(b"\n", 0, offset) + 1
    begin = text.rfind(b"\n", 0, offset) + 1
    end = text.find(b"\n", offset)
    return number, text[begin:len(text) if end < 0 else end].decode().strip()


# What the words around a mutant say of its kind, the first that fits.
_KIND_WORDS = [
    ("timer", r"timer|deadline|timeout|expir|_due|due_|pause|backoff|back-off|renew|silence|"
              r"keepalive|ping|delayed|scheduled|clock|now\(|since|fresh|limit_time|interval|"
              r"window|duration|wait_until|started|elapsed|progress|\bttl|lease_end|tick|rate|"
              r"seconds|milliseconds|nanoseconds|arriv|schedule"),
    ("release", r"close|reset|erase|clear|release|demonitor|\bstop|cut\b|cut\(|cut_|retir|free|"
                r"cancel|shut|\bend\(|quit|pop|= nullptr|remove|drain|abort|finish|drop|forget|"
                r"take_over|join|consume|extract|release_session|evict|trim|unlink"),
    ("race", r"phase|state|\bkey|generation|pending|given_up|owes|lost|answer|closing|ended|"
             r"under_way|abandon|interrupt|waiting|stopped|cancelled|busy|idle|leas|owner|"
             r"monitor|late|successor|retry|retries|refus|queue|silent|crash|atomic|writing|"
             r"opened|opening|connect"),
]


def kind_of(code, function):
    for text in (code, function):
        for kind, words in _KIND_WORDS:
            if re.search(words, text):
                return kind
    return "logic"


def picked():
    """The mutants that people chose: tests/mutation/picked/FOLDER.toml."""
    found = []
    for path in sorted((HERE / "picked").glob("*.toml")):
        for entry in tomllib.loads(path.read_text()).get("mutant", []):
            found.append(_picked(path, entry))
    return found


def _picked(path, entry):
    where = f"{path.relative_to(ROOT)}: {entry.get('file')}: \"{entry.get('code')}\""
    if set(entry) - {"file", "code", "to", "kind", "why"} or not {"file", "code", "kind"} <= set(entry):
        raise ListError(f"{where}: expected file, code, kind, and perhaps to and why")
    if entry["kind"] not in KINDS:
        raise ListError(f"{where}: unknown kind \"{entry['kind']}\"; expected one of {', '.join(KINDS)}")
    source = ROOT / entry["file"]
    if not source.exists():
        raise ListError(f"{where}: there is no such file")
    text = source.read_bytes()
    marked = entry["code"]
    if "«" not in marked:
        marked = f"«{marked}»"
    before, rest = marked.split("«")
    target, after = rest.split("»")
    context = (before + target + after).encode()
    at = text.find(context)
    if at < 0:
        raise ListError(f"{where}: not found in the file")
    if text.find(context, at + 1) >= 0:
        raise ListError(f"{where}: found more than once; add what stands around it, with « » about "
                        "what changes")
    begin = at + len(before.encode())
    end = begin + len(target.encode())
    number, line = line_of(text, begin)
    statement = target.rstrip().endswith((";", "}"))
    return Mutant(entry["file"], begin, end, "picked", "statements" if statement else "expression",
                  entry.get("to", ""), "", entry["kind"], number, line)


def equivalents():
    """Mutants that change nothing anybody could notice: tests/mutation/equivalent.toml."""
    entries = tomllib.loads((HERE / "equivalent.toml").read_text()).get("equivalent", [])
    for entry in entries:
        if not {"file", "code", "operator", "why"} <= set(entry):
            raise ListError(f"equivalent.toml: {entry}: expected file, code, operator and why")
    return entries


def is_equivalent(mutant, entry):
    return (mutant.file == entry["file"] and mutant.operator == entry["operator"] and
            mutant.code == entry["code"] and mutant.nth == entry.get("nth", 1))
