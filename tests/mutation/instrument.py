"""Puts every mutant into the source behind a switch that is read at run time, so that
one build holds them all."""

import re

SWITCH = b'#include "tests/mutation/switch.hpp"\n'


class Overlap(Exception):
    """Two mutants change parts of the text that overlap without one holding the other."""


def instrumented(text, numbered):
    """The source `text` with each of the (number, mutant) pairs behind its switch."""
    body = _rewrite(text, 0, len(text), sorted(numbered, key=_outermost_first))
    for constant in {m.constant for _, m in numbered if m.constant}:
        body = _without_constexpr(body, constant)
    return SWITCH + body


def _outermost_first(pair):
    _, mutant = pair
    # Of the same text, a statement holds the expression that it is made of.
    return mutant.begin, -mutant.end, mutant.form != "statements"


def _rewrite(text, begin, end, inside):
    """`text[begin:end]` with those mutants, each of which lies inside."""
    result, at, i = b"", begin, 0
    while i < len(inside):
        number, mutant = inside[i]
        within = [p for p in inside[i + 1:] if p[1].begin < mutant.end]
        for _, inner in within:
            if inner.end > mutant.end:
                raise Overlap(f"{mutant.describe()} and {inner.describe()}")
        original = text[mutant.begin:mutant.end]
        result += text[at:mutant.begin]
        result += _switched(number, mutant, original,
                            _rewrite(text, mutant.begin, mutant.end, within))
        at = mutant.end
        i += 1 + len(within)
    return result + text[at:end]


def _switched(number, mutant, original, rest):
    """`rest` is the original with the mutants inside it."""
    on = b"::mutation::on(%d)" % number
    to = mutant.to.encode()
    if mutant.form == "expression":     # Another expression instead.
        return b"(%s ? (%s) : (%s))" % (on, to, rest)
    if mutant.form == "statements":     # Other statements instead, or none.
        return b"{ if (%s) { %s } else { %s } }" % (on, to, rest)
    if mutant.form == "negated":
        return b"(%s != static_cast<bool>(%s))" % (on, rest)
    if mutant.form == "never":          # A condition that does not hold any more.
        return b"(!%s && (%s))" % (on, rest)
    if mutant.form == "always":         # A condition that holds whatever it says.
        return b"(%s || (%s))" % (on, rest)
    if mutant.form == "void":           # A call without result.
        return b"(%s ? void() : (%s))" % (on, rest)
    raise ValueError(mutant.form)


def _without_constexpr(body, constant):
    """Its value is not known to the compiler any more."""
    name = re.escape(constant.encode())
    body = re.sub(rb"static constexpr (?=[^;={(]*\b%s\b)" % name, b"static inline const ", body)
    body = re.sub(rb"inline constexpr (?=[^;={(]*\b%s\b)" % name, b"inline const ", body)
    return re.sub(rb"\bconstexpr (?=[^;={(]*\b%s\b)" % name, b"const ", body)
