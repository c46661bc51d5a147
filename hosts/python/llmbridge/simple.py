"""Calls without set-up: configured by the environment, over one bridge that the whole process shares. A forked child
gets a bridge of its own at its first call."""

from __future__ import annotations

import os
import threading
from typing import Any, List, Optional, Sequence, Union, overload

from ._core import Vector
from .bridge import Bridge, Stream

_lock = threading.Lock()
_shared: Optional[Bridge] = None


def _bridge() -> Bridge:
    global _shared
    with _lock:
        if _shared is None:
            _shared = Bridge()
        return _shared


def _forget() -> None:
    global _lock, _shared
    _lock, parents, _shared = threading.Lock(), _shared, None
    if parents is not None:
        parents.close()


os.register_at_fork(after_in_child=_forget)


def ask(prompt: Optional[str] = None, **settings: Any) -> str:
    """The whole answer, as text."""
    return _bridge().ask(prompt, **settings).text


def stream(prompt: Optional[str] = None, **settings: Any) -> Stream:
    """The answer piece by piece."""
    return _bridge().stream(prompt, **settings)


@overload
def embed(texts: str, **settings: Any) -> Vector: ...


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
    global _shared
    with _lock:
        bridge, _shared = _shared, None
    if bridge is not None:
        bridge.close()
