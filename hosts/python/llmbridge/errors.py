"""What fails, as exceptions. Each carries the whole error object of the library."""

from __future__ import annotations

import ctypes
import json
from typing import Any, Dict, Optional

from ._library import NativeError, error_json
from ._status import CANCELLED, FORKED, INTERNAL, INVALID_ARGUMENT, OK, TIME_LIMITS


class LlmError(Exception):
    """A call that failed. `error` is the error object: code, status, message, phase, engine, os_code, exit, retry_safe,
    attempts, elapsed_ms, engine_log; the ones that programs ask for are attributes too."""

    def __init__(self, error: Dict[str, Any]) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.error = error
        self.code: str = error.get("code", "internal")
        self.status: int = error.get("status", INTERNAL)
        self.message: str = error.get("message", "")
        self.phase: str = error.get("phase", "none")
        self.exit: Optional[Dict[str, Any]] = error.get("exit")
        self.retry_safe: bool = error.get("retry_safe", False)

    def __reduce__(self) -> Any:  # a process pool pickles what its workers raise
        return type(self), (self.error,)


class LlmTimeoutError(LlmError, TimeoutError):
    """A time limit passed: `deadline_exceeded` or `start_timeout`."""


class LlmArgumentError(LlmError, ValueError):
    """An argument or a setting is wrong; the message names it and says what is allowed."""


class LlmCancelledError(LlmError):
    """The call was cancelled by its caller, or its bridge was closed."""


class LlmForkedError(LlmError):
    """A bridge was used in a child of the process that opened it: the child opens its own. `llmbridge.ask` and its
    like do so by themselves."""


_CLASSES = {
    INVALID_ARGUMENT: LlmArgumentError,
    **{status: LlmTimeoutError for status in TIME_LIMITS},
    CANCELLED: LlmCancelledError,
    FORKED: LlmForkedError,
}


def invalid_argument(message: str) -> LlmArgumentError:
    """For what is refused before the library could see it."""
    return LlmArgumentError({
        "code": "invalid_argument", "status": INVALID_ARGUMENT, "phase": "configure", "message": message})


def new_error() -> NativeError:
    return NativeError(struct_size=ctypes.sizeof(NativeError))


def failure(status: int, error: NativeError) -> LlmError:
    return _CLASSES.get(status, LlmError)(json.loads(error_json(error)))


def check(status: int, error: NativeError) -> None:
    if status != OK:
        raise failure(status, error)
