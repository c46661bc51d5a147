"""Many prompts or texts in one submission: each is a call of its own, as many at once as the bridge has slots."""

from __future__ import annotations

import ctypes
from array import array
from ctypes import byref, c_float, c_int32, c_uint64
from typing import Any, Callable, Union

from . import _status
from ._call import NOT_READY
from ._handle import Handle
from ._library import NativeError, NativeResult, library
from .errors import LlmError, check, failure, new_error
from .results import Details, Reply

AS_THEY_COME, IN_ORDER = 0, 1
END = -1
VECTOR_ITEM_BYTES = ctypes.sizeof(c_float)


class Batch:
    def __init__(self, pointer: Any, core: Any, answer: Callable[[Any, int], Any]) -> None:
        self._core = core  # which closes when nobody refers to it any more
        self._handle = Handle(pointer, library().llmb_batch_close, "batch")
        self._answer = answer

    def next(self, deadline_ns: int) -> Any:
        """The next item's number and what came of it: its answer, or why it failed. None at the end."""
        index, outcome, error = c_int32(), c_int32(), new_error()
        with self._handle as batch:
            status = library().llmb_batch_next(batch, deadline_ns, byref(index), byref(outcome), byref(error))
            if status == _status.NOT_READY:
                return NOT_READY
            check(status, error)
            if index.value == END:
                return None
            return index.value, self._outcome(batch, index.value, outcome.value, error)

    def close(self) -> None:
        try:
            with self._handle as batch:
                library().llmb_batch_cancel(batch)
        except ValueError:
            pass  # it is closed already
        self._handle.close()

    def _outcome(self, batch: Any, index: int, status: int, error: NativeError) -> Union[Any, LlmError]:
        return self._answer(batch, index) if status == _status.OK else failure(status, error)


def reply_of(batch: Any, index: int) -> Reply:
    size, result = c_uint64(), NativeResult(struct_size=ctypes.sizeof(NativeResult))
    text = library().llmb_batch_text(batch, index, byref(size))
    library().llmb_batch_result(batch, index, byref(result))
    return Reply(ctypes.string_at(text, size.value).decode(), Details.of(result))


def vector_of(batch: Any, index: int) -> array:
    dimension = c_uint64()
    numbers = library().llmb_batch_vector(batch, index, byref(dimension))
    vector = array("f")
    vector.frombytes(ctypes.string_at(numbers, dimension.value * VECTOR_ITEM_BYTES))
    return vector
