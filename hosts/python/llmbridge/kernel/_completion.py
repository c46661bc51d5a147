"""What may stand where the cursor is: magics, settings and their values, sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Tuple

import llmbridge

if TYPE_CHECKING:
    from ._state import State


def complete(before: str, magics: List[str], state: State) -> Tuple[List[str], int]:
    """The words, and where in the text the one begins that they would replace."""
    begin = before.rfind("\n") + 1
    line = before[begin:]
    if not line.startswith("%"):
        return [], len(before)
    name, space, argument = line.partition(" ")
    if not space:
        return [magic for magic in magics if magic.startswith(name)], begin
    start = begin + len(name) + 1
    if name == "%session":
        return [kept["name"] for kept in state.sessions() if kept["name"].startswith(argument)], start
    if name in ("%schema", "%tools"):
        return [word for word in ("off",) if word.startswith(argument)], start
    if name != "%set":
        return [], len(before)
    setting, equals, value = argument.partition("=")
    if not equals:
        return [row["name"] + "=" for row in llmbridge.settings() if row["name"].startswith(setting)], start
    return [word for word in _values(setting) if word.startswith(value)], start + len(setting) + 1


def _values(setting: str) -> List[str]:
    for row in llmbridge.settings():
        if row["name"] == setting:
            return list(row["choices"])
    return []
