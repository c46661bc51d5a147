"""One call: each function looks until a deadline and gives NOT_READY if nothing came."""

from __future__ import annotations

import ctypes
import json
from array import array
from ctypes import byref, c_float, c_uint64, c_void_p
from typing import Any

from . import _status
from ._handle import Handle
from ._library import NativeResult, library, take_text
from .errors import check, new_error
from .results import Details, ToolCall

PIECE_BYTES_MAX = 64 << 10
DIMENSION_FIRST = 1024

NOT_READY: Any = object()


class Call:
    def __init__(self, pointer: Any, bridge: Any) -> None:
        self._bridge = bridge  # which closes when nobody refers to it any more
        self._handle = Handle(pointer, library().llmb_call_close, "call")
        self._buffer: Any = None

    def read(self, deadline_ns: int) -> Any:
        """The next piece, "" at the end."""
        if self._buffer is None:
            self._buffer = ctypes.create_string_buffer(PIECE_BYTES_MAX)
        size, error = c_uint64(), new_error()
        with self._handle as call:
            status = library().llmb_call_read(call, self._buffer, PIECE_BYTES_MAX, deadline_ns, byref(size), byref(error))
        if status == _status.NOT_READY:
            return NOT_READY
        check(status, error)
        return ctypes.string_at(self._buffer, size.value).decode()

    def read_vector(self, deadline_ns: int) -> Any:
        """The next vector, an empty one at the end."""
        if self._buffer is None:
            self._buffer = (c_float * DIMENSION_FIRST)()
        dimension, error = c_uint64(), new_error()
        with self._handle as call:
            status = library().llmb_call_read_vector(
                call, self._buffer, len(self._buffer), deadline_ns, byref(dimension), byref(error))
        if status == _status.NOT_READY:
            return NOT_READY
        if status == _status.INVALID_ARGUMENT and dimension.value > len(self._buffer):
            self._buffer = (c_float * dimension.value)()
            return self.read_vector(deadline_ns)
        check(status, error)
        return array("f", memoryview(self._buffer).cast("B").cast("f")[: dimension.value])

    def finish(self) -> Details:
        """What is known of a call that was read to its end."""
        result, error = NativeResult(struct_size=ctypes.sizeof(NativeResult)), new_error()
        with self._handle as call:
            check(library().llmb_call_finish(call, 0, byref(result), byref(error)), error)

            def text_of(function: Any) -> str:
                text = c_void_p()
                check(function(call, byref(text)), error)
                return take_text(text)

            details = json.loads(text_of(library().llmb_call_details))
            logprobs = json.loads(text_of(library().llmb_call_logprobs)) if details.get("logprobs") else None
            has_calls = library().llmb_finish_reason_name(result.finish_reason) == b"tool_calls"
            calls = json.loads(text_of(library().llmb_call_tool_calls)) if has_calls else ()
            reasoning = text_of(library().llmb_call_reasoning) if details.get("reasoning") else ""
            return Details.of(
                result, details["cached_prompt_tokens"], details["replaced"], details.get("constrained"), logprobs,
                tuple(ToolCall(**one) for one in calls), reasoning, details.get("tool_parse"))

    def watch(self, token: int) -> None:
        error = new_error()
        with self._handle as call:
            check(library().llmb_call_watch(call, token, byref(error)), error)

    def cancel(self) -> None:
        try:
            with self._handle as call:
                library().llmb_call_cancel(call)
        except ValueError:
            pass  # closed: it has ended

    def close(self) -> None:
        self.cancel()  # a read in progress on another thread is the last user, and is to end now
        self._handle.close()
