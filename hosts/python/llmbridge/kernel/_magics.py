"""The kernel's magics: each changes what the next cells ask for, or tells something."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Dict, List, Optional, Tuple

from llmbridge.errors import invalid_argument

from ._cell import RESULT

if TYPE_CHECKING:
    from ._state import State

SHOWN_NUMBERS = 6  # of a vector
HELP = """\
A cell is a prompt. Lines that begin with % come before it:
  %set                 what is set
  %set NAME=VALUE      sets a setting of llmbridge for the next cells; an empty VALUE takes it back
  %system TEXT         how the model is to behave, from the beginning of a session
  %schema JSON|FILE    a JSON Schema that answers keep; %schema off takes it back
  %tools JSON|FILE     functions that the model may call, as OpenAI has them; %tools off takes them back
  %result ID           the lines below are what came of the model's call of a function; several may follow one another
  %embed TEXT          the vector of each line, and how near they are to each other
  %session [NAME]      which conversation the cells go on with; with a name, goes on with that one
  %stats               calls, tokens and engines of this kernel
  %reset               forgets the conversation and what is set
  %help                this text
%system, %schema, %tools and %embed take the lines below where nothing stands behind them."""


class Magics:
    """Each gives the text that is shown; None for none."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._all: Dict[str, Callable[[str], Optional[str]]] = {
            "%embed": self._embed, "%help": lambda _: HELP, "%reset": self._reset, "%schema": self._schema,
            "%session": self._session, "%set": self._set, "%stats": self._stats, "%system": self._system,
            "%tools": self._tools,
        }

    @property
    def names(self) -> List[str]:
        return [*self._all, RESULT]

    def run(self, name: str, argument: str) -> Optional[str]:
        if name not in self._all:
            raise invalid_argument(f"{name}: there is no such magic; there are {', '.join(self._all)}")
        return self._all[name](argument)

    def _set(self, argument: str) -> Optional[str]:
        if not argument:
            return "\n".join(f"{name}={value}" for name, value in self._state.all_set().items()) or "nothing is set"
        name, separator, value = argument.partition("=")
        if not separator:
            name, _, value = argument.partition(" ")
        self._state.set(name.strip(), value.strip())
        return None

    def _system(self, argument: str) -> Optional[str]:
        self._state.set("system", argument)
        return None

    def _schema(self, argument: str) -> Optional[str]:
        self._state.set("json_schema", _json("%schema", argument, ("{", "true", "false")))
        return None

    def _tools(self, argument: str) -> Optional[str]:
        self._state.set("tools", _json("%tools", argument, ("[", "{")))
        return None

    def _embed(self, argument: str) -> Optional[str]:
        texts = [line for line in argument.split("\n") if line.strip()]
        if not texts:
            raise invalid_argument("%embed: there is no text")
        vectors = [list(vector) for vector in self._state.bridge().embed(texts)]
        lines = [f"{len(vectors)} x {len(vectors[0])}"]
        for text, vector in zip(texts, vectors):
            shown = " ".join(f"{number:+.4f}" for number in vector[:SHOWN_NUMBERS])
            lines.append(f"{shown}{' ...' if len(vector) > SHOWN_NUMBERS else ''}  {text}")
        if len(vectors) > 1:
            lines += ["", "cosines:"]
            lines += [" ".join(f"{_cosine(a, b):+.2f}" for b in vectors) for a in vectors]
        return "\n".join(lines)

    def _session(self, argument: str) -> Optional[str]:
        if argument:
            self._state.session = argument
            return None
        known = [kept for kept in self._state.sessions() if kept["name"] == self._state.session]
        turns = known[0].get("turns", 0) if known else 0
        return f"{self._state.session}: {turns} turns"

    def _stats(self, _: str) -> Optional[str]:
        stats = self._state.bridge().stats()
        ended = ", ".join(f"{count} {name}" for name, count in stats.calls_ended.items()) or "none"
        engines = [str(worker.pid) for worker in stats.workers if worker.pid]
        return (f"calls: {stats.calls_started} started, ended: {ended}\n"
                f"tokens: {stats.prompt_tokens} read, {stats.completion_tokens} made\n"
                f"engines: {stats.engines_started} started, {stats.engines_crashed} crashed; "
                f"now {', '.join(engines) or 'none'}")

    def _reset(self, _: str) -> Optional[str]:
        self._state.reset()
        return None


def _json(name: str, argument: str, begins: Tuple[str, ...]) -> str:
    """A magic's JSON, which stands in it or in a file; empty for off."""
    text = "" if argument == "off" else argument
    if text and not text.startswith(begins):
        text = Path(text).expanduser().read_text() or " "  # an empty file is no JSON, and takes nothing back
    if text:
        try:
            json.loads(text)
        except ValueError as error:
            raise invalid_argument(f"{name}: that is no JSON: {error}") from None
    return text


def _cosine(a: List[float], b: List[float]) -> float:
    length = math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))
    return sum(x * y for x, y in zip(a, b)) / length if length else 0.0
