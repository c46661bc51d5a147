"""What a kernel remembers between cells: its bridge, what is set, and which session goes on."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any, Dict, List, Optional

import llmbridge
from llmbridge._settings import native_settings
from llmbridge.errors import invalid_argument

NAME_MAX = 40  # of what is readable in a session's name


class State:
    def __init__(self, connection_file: str) -> None:
        self.session = os.environ.get("LLMBRIDGE_SESSION") or session_name(connection_file)
        self._bridge: Optional[llmbridge.Bridge] = None
        self._of_bridge: Dict[str, str] = {}
        self._of_calls: Dict[str, str] = {}

    def bridge(self) -> llmbridge.Bridge:
        """Opened when it is needed first. The engine is the one that others share, unless somebody says otherwise."""
        if self._bridge is None:
            settings: Dict[str, str] = dict(self._of_bridge)
            if not os.environ.get("LLMBRIDGE_ISOLATION"):
                settings.setdefault("isolation", "shared")
            self._bridge = llmbridge.Bridge(**settings)
        return self._bridge

    def of_calls(self) -> Dict[str, Any]:
        return dict(self._of_calls)

    def all_set(self) -> Dict[str, str]:
        return {**self._of_bridge, **self._of_calls}

    def set(self, name: str, value: str) -> None:
        """One of a bridge makes the next cell open another; an empty value takes it back."""
        rows = {row["name"]: row for row in llmbridge.settings()}
        if name not in rows:
            raise invalid_argument(f"%set: there is no setting \"{name}\"; completion lists them")
        if name == "session":
            raise invalid_argument("%set session: %session names the conversation")
        if value:
            with native_settings({name: value}):
                pass  # it is of the kind that the setting takes
        if "call" in rows[name]["scope"]:
            self._put(self._of_calls, name, value)
            return
        before = dict(self._of_bridge)
        self._put(self._of_bridge, name, value)
        self.close()
        try:
            self.bridge()
        except llmbridge.LlmError:
            self._of_bridge = before
            raise

    def keeps_sessions(self) -> bool:
        """Whether the engine takes conversations; one that does not is asked without."""
        row = next(row for row in llmbridge.settings() if row["name"] == "session")
        engine = self._of_bridge.get("engine") or os.environ.get("LLMBRIDGE_ENGINE") or "llama"
        return engine in row["engines"]

    def sessions(self) -> List[Dict[str, Any]]:
        return llmbridge.sessions(**self._place())

    def reset(self) -> None:
        self._of_calls.clear()
        try:
            llmbridge.delete_session(self.session, **self._place())
        except llmbridge.LlmError as error:
            if error.code != "not_found":
                raise

    def close(self) -> None:
        if self._bridge is not None:
            self._bridge.close()
        self._bridge = None

    def _place(self) -> Dict[str, str]:
        return {name: value for name, value in self._of_bridge.items() if name in ("session_dir", "home")}

    @staticmethod
    def _put(settings: Dict[str, str], name: str, value: str) -> None:
        if value:
            settings[name] = value
        else:
            settings.pop(name, None)


def session_name(connection_file: str) -> str:
    """That of the notebook where the server tells it, else that of the connection, which a restarted kernel keeps."""
    notebook = os.environ.get("JPY_SESSION_NAME", "")
    source = notebook or connection_file
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(source).stem).strip("-")[:NAME_MAX] or "notebook"
    return f"{readable}-{hashlib.sha256(source.encode()).hexdigest()[:8]}" if notebook else readable
