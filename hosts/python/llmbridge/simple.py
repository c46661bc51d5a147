"""Calls without set-up: configured by the environment, over one bridge that the whole process shares. A forked child,
whoever forked it, gets a bridge of its own at its first call."""

from __future__ import annotations

import os
import threading
from typing import Any, Dict, List, Optional, Sequence, Union, overload

from ._core import Vector
from .bridge import Bridge, Stream


QUEUE = 4096  # calls, where the environment does not say: every thread may wait


class _Shared:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.bridge: Optional[Bridge] = None


_by_process: Dict[int, _Shared] = {}  # by process id: C code forks without telling Python, and may fork under a lock


def _forget() -> None:
    """Lets go of what this process's parents had; their locks may be held for ever here."""
    mine = os.getpid()
    for process in list(_by_process):
        inherited = _by_process.pop(process, None) if process != mine else None
        if inherited is not None and inherited.bridge is not None:
            inherited.bridge.close()


os.register_at_fork(after_in_child=_forget)  # what Python forks lets go at once


def _own() -> _Shared:
    shared = _by_process.get(os.getpid())
    if shared is None:
        shared = _by_process.setdefault(os.getpid(), _Shared())  # atomic: of two threads, both get one
        _forget()
    return shared


def _bridge() -> Bridge:
    shared = _own()
    with shared.lock:
        if shared.bridge is None:
            shared.bridge = Bridge(queue=None if os.environ.get("LLMBRIDGE_QUEUE") else QUEUE)
        return shared.bridge


def ask(prompt: Optional[str] = None, **settings: Any) -> str:
    """The whole answer, as text."""
    return _bridge().ask(prompt, **settings).text


def stream(prompt: Optional[str] = None, **settings: Any) -> Stream:
    """The answer piece by piece."""
    return _bridge().stream(prompt, **settings)


@overload
def embed(texts: str, **settings: Any) -> Vector: ...  # type: ignore[overload-overlap]


@overload
def embed(texts: Sequence[str], **settings: Any) -> List[Vector]: ...


def embed(texts: Union[str, Sequence[str]], **settings: Any) -> Any:
    """The vector of a text, or the vectors of several."""
    return _bridge().embed(texts, **settings)


def worker_pid() -> int:
    """Process number of the shared bridge's worker, 0 if none runs. For logs, not for signals."""
    return _bridge().worker_pid


def shutdown() -> None:
    """Ends what these calls started; a later call starts afresh."""
    shared = _own()
    with shared.lock:
        bridge, shared.bridge = shared.bridge, None
    if bridge is not None:
        bridge.close()
