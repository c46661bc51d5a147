"""What both kinds of bridge are made of: the native bridge, and how calls are started."""

from __future__ import annotations

import json
from array import array
from ctypes import byref, c_char_p, c_int64, c_uint64, c_void_p
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Union

from ._call import Call
from ._handle import Handle
from ._library import library, take_text
from ._settings import native_settings
from .errors import check, new_error

Vector = array  # of "f": single precision, as engines compute; numpy.asarray takes it without a copy


def utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # the library refuses what is not UTF-8, and says where


class Core:
    def __init__(self, settings: Mapping[str, Any]) -> None:
        pointer, error = c_void_p(), new_error()
        with native_settings(settings) as native:
            check(library().llmb_bridge_open(native, byref(pointer), byref(error)), error)
        self.handle = Handle(pointer, library().llmb_bridge_close, "bridge")

    def generate(self, prompt: Optional[str], settings: Mapping[str, Any]) -> Call:
        data = utf8(prompt) if prompt is not None else None
        return self._begin(settings, lambda bridge, native, out, error: library().llmb_call_start(
            bridge, data, len(data or b""), native, out, error))

    def embed(self, texts: Sequence[str], settings: Mapping[str, Any]) -> Call:
        data = [utf8(text) for text in texts]
        pointers, sizes = (c_char_p * len(data))(*data), (c_uint64 * len(data))(*map(len, data))
        return self._begin(settings, lambda bridge, native, out, error: library().llmb_embed_start(
            bridge, pointers, sizes, len(data), native, out, error))

    def count_tokens(self, text: str) -> Call:
        data = utf8(text)
        return self._begin({}, lambda bridge, _, out, error: library().llmb_count_tokens_start(
            bridge, data, len(data), out, error))

    def invoke(self, method: str, params: Union[None, Sequence[Any], Mapping[str, Any]], settings: Mapping[str, Any]) -> Call:
        data = json.dumps(params).encode() if params is not None else None
        return self._begin(settings, lambda bridge, native, out, error: library().llmb_invoke_start(
            bridge, utf8(method), data, len(data or b""), native, out, error))

    def _begin(self, settings: Mapping[str, Any], start: Callable[..., int]) -> Call:
        pointer, error = c_void_p(), new_error()
        with native_settings(settings) as native, self.handle as bridge:
            check(start(bridge, native, byref(pointer), byref(error)), error)
        return Call(pointer, self)

    def start(self, deadline_ns: int) -> None:
        error = new_error()
        with self.handle as bridge:
            check(library().llmb_bridge_start(bridge, deadline_ns, byref(error)), error)

    def info(self) -> Dict[str, Any]:
        text, error = c_void_p(), new_error()
        with self.handle as bridge:
            check(library().llmb_bridge_info(bridge, byref(text), byref(error)), error)
        return json.loads(take_text(text))

    def worker_pid(self) -> int:
        pid = c_int64()
        with self.handle as bridge:
            library().llmb_bridge_worker_pid(bridge, byref(pid))
        return pid.value
