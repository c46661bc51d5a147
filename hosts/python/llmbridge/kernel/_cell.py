"""A cell: lines that begin with % before its text are magics, the rest is a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Tuple

TAKES_REST = ("%embed", "%schema", "%system", "%tools")  # a magic whose argument may be the lines below it


RESULT = "%result"  # of a call of a function: its argument is the call's id, and the lines below it what came of it


@dataclass(frozen=True)
class Cell:
    magics: List[Tuple[str, str]]  # name and argument
    prompt: str
    results: List[Tuple[str, str]]  # of calls of functions, in the prompt's place: a call's id and what came of it


def read(code: str) -> Cell:
    magics: List[Tuple[str, str]] = []
    results: List[Tuple[str, str]] = []
    lines = code.split("\n")
    while lines and (not lines[0].strip() or lines[0].startswith("%")):
        name, _, argument = lines.pop(0).strip().partition(" ")
        if not name:
            continue
        argument = argument.strip()
        if name == RESULT:
            end = next((i for i, line in enumerate(lines) if line.startswith(RESULT)), len(lines))
            results.append((argument, "\n".join(lines[:end]).strip()))
            lines = lines[end:]
            continue
        if name in TAKES_REST and not argument:
            argument, lines = "\n".join(lines).strip(), []
        magics.append((name, argument))
    return Cell(magics, "\n".join(lines).strip(), results)
