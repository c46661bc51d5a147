"""The one thread of an AsyncBridge: it waits for news of calls and tells the event loops that wait for them."""

from __future__ import annotations

import asyncio
import itertools
import threading
from ctypes import byref, c_uint32, c_uint64
from typing import Dict, Optional

from ._call import Call
from ._core import Core
from ._library import NEVER, library
from .errors import check, new_error

TOKENS_AT_ONCE = 64


class Pump:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._lock = threading.Lock()
        self._tokens = itertools.count(1)  # never used twice, so a late report finds nobody
        self._waiting: Dict[int, asyncio.Future[None]] = {}
        self._thread: Optional[threading.Thread] = None
        self._stopping = False

    async def news_of(self, call: Call) -> None:
        """Returns when the call has something to read or has ended, or when the bridge is closed."""
        news = asyncio.get_running_loop().create_future()
        token = next(self._tokens)
        self._waiting[token] = news
        try:
            if self._run_thread():
                call.watch(token)
                await news
        finally:
            self._waiting.pop(token, None)

    def stop(self) -> None:
        """Ends the thread and closes the bridge; then tells everyone, whose calls have ended as cancelled. Blocks."""
        with self._lock:
            self._stopping = True
            thread = self._thread
        if thread is not None:
            with self._core.handle as bridge:
                library().llmb_pump_wake(bridge)
            thread.join()
        self._core.handle.close()
        for token in list(self._waiting):
            self._tell(token)

    def _run_thread(self) -> bool:
        with self._lock:
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._run, name="llmbridge pump", daemon=True)
                self._thread.start()
            return not self._stopping

    def _run(self) -> None:
        tokens, count = (c_uint64 * TOKENS_AT_ONCE)(), c_uint32()
        try:
            while not self._stopping:
                error = new_error()
                with self._core.handle as bridge:
                    check(library().llmb_pump_wait(bridge, tokens, TOKENS_AT_ONCE, NEVER, byref(count), byref(error)), error)
                for token in tokens[: count.value]:
                    self._tell(token)
        finally:
            with self._lock:
                self._stopping = True
            for token in list(self._waiting):
                self._tell(token)

    def _tell(self, token: int) -> None:
        news = self._waiting.get(token)
        if news is None:
            return
        try:
            news.get_loop().call_soon_threadsafe(_settle, news)
        except RuntimeError:
            pass  # that loop was closed: nobody waits there


def _settle(news: asyncio.Future[None]) -> None:
    if not news.done():
        news.set_result(None)
