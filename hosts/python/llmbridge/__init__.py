"""Runs an LLM engine outside your process.

    import llmbridge

    print(llmbridge.ask("Who are you?"))
    for piece in llmbridge.stream("Tell me a story"):
        print(piece, end="", flush=True)

    with llmbridge.Bridge(model="model.gguf", slots=8) as bridge:
        reply = bridge.ask("Who are you?", max_tokens=100)

`AsyncBridge` is the same for asyncio. What fails raises LlmError, with the whole error object. The package is pure
Python over ctypes; LLMBRIDGE_LIBRARY names the native library if it is not found beside the package or by the loader.
"""

import json as _json
from typing import Any as _Any, Dict as _Dict, List as _List

from ._library import library as _library
from .aio import AsyncBridge, AsyncSession, AsyncStream
from .bridge import Bridge, Session, Stream
from .errors import LlmArgumentError, LlmCancelledError, LlmError, LlmForkedError, LlmTimeoutError
from .results import Details, Reply, ToolCall
from .sessions import delete_session, sessions
from .simple import ask, embed, shutdown, stream, worker_pid
from .statistics import Event, Statistics, Worker

__version__ = "0.1.0"

__all__ = [
    "AsyncBridge", "AsyncSession", "AsyncStream", "Bridge", "Details", "Event", "LlmArgumentError", "LlmCancelledError",
    "LlmError", "LlmForkedError", "LlmTimeoutError", "Reply", "Session", "Statistics", "Stream", "ToolCall", "Worker",
    "ask", "delete_session", "embed", "sessions", "settings", "shutdown", "stream", "worker_pid",
]


def settings() -> _List[_Dict[str, _Any]]:
    """All settings, with type, default, range and a line of help each."""
    return list(_json.loads(_library().llmb_settings_json())["settings"])
