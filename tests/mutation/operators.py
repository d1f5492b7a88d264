"""Makes mutants of the product's source by rule: a condition turned or dropped, a bound
shifted, a constant changed, a sum turned into a difference, a statement dropped. Where
these stand is read off Clang's syntax tree (python3-clang), which knows templates,
coroutines and operators of classes where a pattern over the text would guess."""

import hashlib
import json
import multiprocessing
import pickle
import re
import shlex
from pathlib import Path

import clang.cindex
from clang.cindex import CursorKind

from mutants import ROOT, Mutant, kind_of, line_of

COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*"}

FUNCTIONS = {CursorKind.FUNCTION_DECL, CursorKind.CXX_METHOD, CursorKind.CONSTRUCTOR,
             CursorKind.DESTRUCTOR, CursorKind.FUNCTION_TEMPLATE, CursorKind.CONVERSION_FUNCTION}

# What the compiler has to know by itself, or what is no behaviour.
SKIPPED = {CursorKind.STATIC_ASSERT, CursorKind.ENUM_CONSTANT_DECL,
           CursorKind.TEMPLATE_NON_TYPE_PARAMETER, CursorKind.TYPE_ALIAS_DECL,
           CursorKind.TYPEDEF_DECL, CursorKind.USING_DECLARATION}

# What stands before the name of one of these is its type.
NAMED = FUNCTIONS | {CursorKind.VAR_DECL, CursorKind.FIELD_DECL, CursorKind.PARM_DECL}

# Lines of a log are no behaviour that a test should pin down.
LOGGED = re.compile(r"^\s*(spdlog|log)::")


def of_files(files, build):
    """The mutants of those files (paths from the root), in order. `build` is a configured
    build whose compile commands say how each is read."""
    commands = {}
    # The build is that of a copy; what is read is the original.
    copy = str(build.parent / "source")
    told = (build / "compile_commands.json").read_text().replace(copy, str(ROOT))
    for entry in json.loads(told):
        commands[Path(entry["file"]).resolve()] = entry
    headers = [f for f in files if f.endswith(".hpp")]
    wanted = set(files)
    jobs = []
    for source in sorted(commands):
        relative = _relative(source)
        if relative is None or relative.startswith("tests/"):
            continue
        folder = relative.split("/")[0]
        of_job = {relative} | {h for h in headers if h.split("/")[0] == folder}
        if of_job & wanted:
            jobs.append((relative, sorted(of_job & wanted), _arguments(commands[source])))
    cache = build.parent / "operators"
    cache.mkdir(exist_ok=True)
    state = _state_of_headers()
    with multiprocessing.Pool() as pool:
        parts = pool.starmap(_of_source, [(*job, state, cache) for job in jobs], chunksize=1)
    unique = {(m.file, m.begin, m.end, m.operator): m for part in parts for m in part}
    return _numbered(sorted(unique.values(), key=lambda m: (m.file, m.begin, -m.end, m.operator)))


def _numbered(mutants):
    """Tells those apart that one operator makes of equal lines."""
    seen, result = {}, []
    for m in mutants:
        key = (m.file, m.operator, m.code)
        seen[key] = seen.get(key, 0) + 1
        result.append(Mutant(**{**m.__dict__, "nth": seen[key]}))
    return result


def _relative(path):
    try:
        return str(Path(path).resolve().relative_to(ROOT))
    except ValueError:
        return None


def _state_of_headers():
    state = hashlib.sha256(Path(__file__).read_bytes())
    for header in sorted(ROOT.glob("*/*.hpp")):
        state.update(header.read_bytes())
    return state.hexdigest()


def _arguments(entry):
    arguments = shlex.split(entry["command"])
    kept, skip = [], 0
    for i, argument in enumerate(arguments):
        if skip:
            skip -= 1
        elif argument in ("-o", "-c", "-include"):
            skip = 1
        elif argument.startswith(("-I", "-D", "-std", "-isystem")):
            kept.append(argument)
            if argument == "-isystem":
                kept.append(arguments[i + 1])
    return kept


def _of_source(source, files, arguments, state, cache):
    key = hashlib.sha256((state + source + repr(files) + repr(arguments)).encode() +
                         (ROOT / source).read_bytes()).hexdigest()
    kept = cache / key
    if kept.exists():
        return pickle.loads(kept.read_bytes())
    index = clang.cindex.Index.create()
    unit = index.parse(str(ROOT / source), args=[*arguments, "-w"])
    fatal = [d for d in unit.diagnostics if d.severity >= clang.cindex.Diagnostic.Fatal]
    if fatal:
        raise RuntimeError(f"{source}: {fatal[0]}")
    reader = _Reader(files)
    for cursor in unit.cursor.get_children():
        where = cursor.location.file
        if where and _relative(where.name) in reader.texts:
            reader.visit(cursor)
    kept.write_bytes(pickle.dumps(reader.found))
    return reader.found


class _Reader:
    def __init__(self, files):
        self.texts = {f: (ROOT / f).read_bytes() for f in files}
        self.found = []
        self.function = ""
        self.constant = ""

    # -- the tree -----------------------------------------------------------------

    def visit(self, cursor):
        kind = cursor.kind
        if kind in SKIPPED:
            return
        if kind == CursorKind.VAR_DECL and self._is_constexpr(cursor):
            outer, self.constant = self.constant, cursor.spelling
            self._children(cursor)
            self.constant = outer
            return
        if kind in FUNCTIONS:
            if self._is_constexpr(cursor):
                return
            outer, self.function = self.function, cursor.spelling
            self._children(cursor)
            self.function = outer
            return
        self._mutate(cursor)
        self._children(cursor)

    def _children(self, cursor):
        children = list(cursor.get_children())
        if cursor.kind in NAMED:
            name = cursor.location.offset
            children = [c for c in children if c.extent.start.offset >= name]
        elif cursor.kind == CursorKind.CASE_STMT:
            children = children[1:]
        for child in children:
            if child.location.file and _relative(child.location.file.name) in self.texts:
                self.visit(child)

    def _is_constexpr(self, cursor):
        begin, end = cursor.extent.start.offset, cursor.location.offset
        return b"constexpr" in self._text(cursor)[begin:end]

    def _text(self, cursor):
        return self.texts[_relative(cursor.location.file.name)]

    # -- the operators --------------------------------------------------------------

    def _mutate(self, cursor):
        kind = cursor.kind
        if kind == CursorKind.IF_STMT:
            self._if(cursor)
        elif kind in (CursorKind.WHILE_STMT, CursorKind.FOR_STMT):
            self._loop(cursor)
        elif kind == CursorKind.CONDITIONAL_OPERATOR:
            self._add(next(cursor.get_children()), "negate", "negated")
        elif kind == CursorKind.COMPOUND_STMT:
            for child in cursor.get_children():
                self._statement(child)
        elif kind in (CursorKind.CXX_FOR_RANGE_STMT, CursorKind.CASE_STMT,
                      CursorKind.DEFAULT_STMT):
            self._statement(list(cursor.get_children())[-1])
        elif kind == CursorKind.RETURN_STMT:
            self._return(cursor)
        elif kind in (CursorKind.BINARY_OPERATOR, CursorKind.CALL_EXPR):
            self._binary(cursor)
        elif kind == CursorKind.INTEGER_LITERAL:
            text = self._source(cursor)
            if text and re.fullmatch(r"[0-9][0-9a-fA-FxX']*[uUlL]*", text):
                self._add(cursor, "constant", "expression", f"{text} + 1")
        elif kind == CursorKind.CXX_BOOL_LITERAL_EXPR:
            self._add(cursor, "constant", "negated")

    def _if(self, cursor):
        children = list(cursor.get_children())
        at = 1 if children[0].kind == CursorKind.DECL_STMT else 0
        condition = children[at]
        body = children[at + 1:]
        if not condition.kind.is_expression():
            condition = None    # if (auto x = ...): its value is used inside.
            body = children[at + 1:]
        for child in body:
            self._statement(child)
        if condition is None:
            return
        self._add(condition, "negate", "negated")
        if len(body) == 1:
            self._add(condition, "guard", "never")

    def _loop(self, cursor):
        children = list(cursor.get_children())
        self._statement(children[-1])
        if cursor.kind == CursorKind.WHILE_STMT and children[0].kind.is_expression():
            self._add(children[0], "guard", "never")

    def _return(self, cursor):
        value = next(cursor.get_children(), None)
        if value is None:
            return
        if value.type.spelling == "void":
            self._add(value, "drop", "void")
        elif value.type.spelling == "bool" and not self._operator_of(value):
            self._add(value, "negate", "negated")

    def _statement(self, cursor):
        """Dropped, where it is one that stands for itself."""
        if cursor.kind == CursorKind.RETURN_STMT:
            return    # The guard before it is turned and dropped already.
        if not (cursor.kind.is_expression() or cursor.kind == CursorKind.BREAK_STMT or
                cursor.kind == CursorKind.CONTINUE_STMT):
            return
        span = self._span(cursor)
        if not span:
            return
        file, begin, end = span
        text = self.texts[file]
        after = re.compile(rb"\s*;").match(text, end)
        if not after or LOGGED.match(text[begin:end].decode()):
            return
        self._append(file, begin, after.end(), "drop", "statements")

    def _operator_of(self, cursor):
        """The operator between two operands, and the three's places; or nothing."""
        children = list(cursor.get_children())
        if cursor.kind == CursorKind.CALL_EXPR:
            if not cursor.spelling.startswith("operator") or len(children) != 3:
                return None
            left, right = children[0], children[2]
        elif cursor.kind == CursorKind.BINARY_OPERATOR and len(children) == 2:
            left, right = children
        else:
            return None
        a, b = self._span(left), self._span(right)
        whole = self._span(cursor)
        if not (a and b and whole) or not whole[1] <= a[1] <= a[2] <= b[1] <= b[2] <= whole[2]:
            return None
        return self.texts[a[0]][a[2]:b[1]].decode().strip(), a, b, whole

    def _binary(self, cursor):
        parts = self._operator_of(cursor)
        if not parts:
            return
        sign, left, right, whole = parts
        text = self.texts[whole[0]]
        if sign in ("&&", "||"):
            for operand in (left, right):
                self._append(*operand, "operand", "always" if sign == "&&" else "never")
            return
        for table, name in ((COMPARISONS, "bound"), (ARITHMETIC, "arithmetic")):
            if sign not in table:
                continue
            if b"co_await" in text[whole[1]:whole[2]] or (
                    table is ARITHMETIC and "basic_string" in cursor.type.get_canonical().spelling):
                return
            to = (text[left[1]:left[2]].decode() + " " + table[sign] + " " +
                  text[right[1]:right[2]].decode())
            self._append(*whole, name if sign not in ("==", "!=") else "negate", "expression", to)

    # -- places in the text -----------------------------------------------------------

    def _source(self, cursor):
        span = self._span(cursor)
        return span and self.texts[span[0]][span[1]:span[2]].decode()

    def _span(self, cursor):
        start, end = cursor.extent.start, cursor.extent.end
        if not start.file or not end.file:
            return None
        file = _relative(start.file.name)
        if file not in self.texts or _relative(end.file.name) != file or end.offset <= start.offset:
            return None
        return file, start.offset, end.offset

    def _add(self, cursor, operator, form, to=""):
        span = self._span(cursor)
        if span:
            self._append(*span, operator, form, to)

    def _append(self, file, begin, end, operator, form, to=""):
        text = self.texts[file]
        if form != "statements" and b"co_await" in text[begin:end]:
            return
        number, code = line_of(text, begin)
        self.found.append(Mutant(file, begin, end, operator, form, to, self.function,
                                 kind_of(code, self.function), number, code,
                                 constant=self.constant))
