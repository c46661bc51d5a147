"""Native handles that are closed once, and not while another thread uses them."""

from __future__ import annotations

import os
import threading
from typing import Any, Callable, Optional


class Handle:
    """`with handle as pointer:` uses it. The last user closes what was to be closed meanwhile."""

    def __init__(self, pointer: Any, close: Callable[[Any], None], what: str) -> None:
        self._pointer: Optional[Any] = pointer
        self._close = close
        self._what = what
        self._lock = threading.Lock()
        self._users = 0
        self._closing = False
        self._process = os.getpid()

    def __enter__(self) -> Any:
        if self._inherited():
            return self._pointer  # the library answers `forked`
        with self._lock:
            if self._closing:
                raise ValueError(f"the {self._what} is closed")
            self._users += 1
            return self._pointer

    def __exit__(self, *_: object) -> None:
        if self._inherited():
            return
        with self._lock:
            self._users -= 1
        self._close_unused()

    def close(self) -> None:
        if self._inherited():
            pointer = self._take()
            if pointer is not None:
                self._close(pointer)  # lets go of the parent's engines, which go on
            return
        with self._lock:
            self._closing = True
        self._close_unused()

    def _inherited(self) -> bool:
        # In a forked child the lock may be held for ever by a thread that is not there.
        return os.getpid() != self._process

    def _close_unused(self) -> None:
        with self._lock:
            pointer = self._take() if self._closing and self._users == 0 else None
        if pointer is not None:
            self._close(pointer)

    def _take(self) -> Any:
        pointer, self._pointer = self._pointer, None
        return pointer

    def __del__(self) -> None:
        self.close()
