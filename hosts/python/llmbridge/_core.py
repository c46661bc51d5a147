"""What both kinds of bridge are made of: the native bridge, and how calls are started."""

from __future__ import annotations

import json
from array import array
from ctypes import byref, c_char_p, c_int32, c_int64, c_uint32, c_uint64, c_void_p
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from ._batch import AS_THEY_COME, IN_ORDER, Batch, reply_of, vector_of
from ._call import Call
from ._handle import Handle
from ._library import NativeEvent, NativeStats, library, take_text
from ._settings import json_of, native_settings
from ._text import c_string, utf8, utf8_each
from .errors import check, new_error
from .statistics import Event, Statistics

TEXTS_A_CALL_MAX = 4096  # as many as one call embeds
EVENTS_MAX = 128  # as many as a bridge remembers

# Of "f": single precision, as engines compute; numpy.asarray takes it without a copy.
if TYPE_CHECKING:
    Vector = array[float]
else:
    Vector = array  # which takes no item type before Python 3.9


def shares(texts: Sequence[str]) -> List[Sequence[str]]:
    """The texts in parts that one call each can embed; what is no list of texts is one part, which is then refused."""
    if isinstance(texts, (str, bytes, bytearray, memoryview)) or not hasattr(texts, "__iter__"):
        return [texts]
    texts = list(texts)
    if len(texts) <= TEXTS_A_CALL_MAX:
        return [texts]
    return [texts[begin : begin + TEXTS_A_CALL_MAX] for begin in range(0, len(texts), TEXTS_A_CALL_MAX)]


class Core:
    def __init__(self, settings: Mapping[str, Any]) -> None:
        pointer, error = c_void_p(), new_error()
        with native_settings(settings) as native:
            check(library().llmb_bridge_open(native, byref(pointer), byref(error)), error)
        self.handle: Handle = Handle(pointer, library().llmb_bridge_close, "bridge")

    def generate(self, prompt: Optional[str], settings: Mapping[str, Any]) -> Call:
        data = utf8(prompt, "prompt") if prompt is not None else None
        return self._begin(settings, lambda bridge, native, out, error: library().llmb_call_start(
            bridge, data, len(data or b""), native, out, error))

    def embed(self, texts: Sequence[str], settings: Mapping[str, Any]) -> Call:
        given = _native_texts(texts, "texts")
        return self._begin(settings, lambda bridge, native, out, error: library().llmb_embed_start(
            bridge, *given, native, out, error))

    def generate_many(self, prompts: Sequence[str], in_order: bool, settings: Mapping[str, Any]) -> Batch:
        given = _native_texts(prompts, "prompts")
        return self._begin(settings, lambda bridge, native, out, error: library().llmb_batch_start(
            bridge, *given, native, _order(in_order), out, error), lambda pointer: Batch(pointer, self, reply_of))

    def embed_many(self, texts: Sequence[str], in_order: bool, settings: Mapping[str, Any]) -> Batch:
        given = _native_texts(texts, "texts")
        return self._begin(settings, lambda bridge, native, out, error: library().llmb_batch_start_embed(
            bridge, *given, native, _order(in_order), out, error), lambda pointer: Batch(pointer, self, vector_of))

    def count_tokens(self, text: str) -> Call:
        data = utf8(text, "text")
        return self._begin({}, lambda bridge, _, out, error: library().llmb_count_tokens_start(
            bridge, data, len(data), out, error))

    def tokenize(self, text: str, settings: Mapping[str, Any]) -> Call:
        data = utf8(text, "text")
        return self._begin(settings, lambda bridge, native, out, error: library().llmb_tokenize_start(
            bridge, data, len(data), native, out, error))

    def detokenize(self, tokens: Sequence[int], settings: Mapping[str, Any]) -> Call:
        numbers = (c_int32 * len(tokens)).from_buffer(array("i", tokens))  # which refuses what is no number of this size
        return self._begin(settings, lambda bridge, native, out, error: library().llmb_detokenize_start(
            bridge, numbers, len(numbers), native, out, error))

    def invoke(self, method: str, params: Union[None, Sequence[Any], Mapping[str, Any]], settings: Mapping[str, Any]) -> Call:
        name = c_string(utf8(method, "method"), "method")
        data = json_of(params, "params").encode() if params is not None else None
        return self._begin(settings, lambda bridge, native, out, error: library().llmb_invoke_start(
            bridge, name, data, len(data or b""), native, out, error))

    def _begin(
        self, settings: Mapping[str, Any], start: Callable[..., int], make: Optional[Callable[[Any], Any]] = None
    ) -> Any:
        pointer, error = c_void_p(), new_error()
        with native_settings(settings) as native, self.handle as bridge:
            check(start(bridge, native, byref(pointer), byref(error)), error)
        return Call(pointer, self) if make is None else make(pointer)

    def start(self, deadline_ns: int) -> None:
        error = new_error()
        with self.handle as bridge:
            check(library().llmb_bridge_start(bridge, deadline_ns, byref(error)), error)

    def info(self) -> Dict[str, Any]:
        text, error = c_void_p(), new_error()
        with self.handle as bridge:
            check(library().llmb_bridge_info(bridge, byref(text), byref(error)), error)
        return json.loads(take_text(text))

    def stats(self) -> Statistics:
        stats, error = NativeStats(), new_error()
        library().llmb_stats_init(byref(stats))
        with self.handle as bridge:
            check(library().llmb_bridge_stats(bridge, byref(stats), byref(error)), error)
        return Statistics.of(stats)

    def events(self, after: int) -> List[Event]:
        events, count, error = (NativeEvent * EVENTS_MAX)(), c_uint32(), new_error()
        with self.handle as bridge:
            check(library().llmb_bridge_events(bridge, after, events, EVENTS_MAX, byref(count), byref(error)), error)
        return [Event.of(event) for event in events[: count.value]]

    def load_progress(self) -> float:
        permille = c_uint32()
        with self.handle as bridge:
            library().llmb_bridge_load_progress(bridge, byref(permille))
        return permille.value / 1000

    def worker_pid(self) -> int:
        pid = c_int64()
        with self.handle as bridge:
            library().llmb_bridge_worker_pid(bridge, byref(pid))
        return pid.value


def _native_texts(texts: Sequence[str], what: str) -> Tuple[Any, Any, int]:
    """Pointers, sizes and the count."""
    data = utf8_each(texts, what)
    return (c_char_p * len(data))(*data), (c_uint64 * len(data))(*map(len, data)), len(data)


def _order(in_order: bool) -> int:
    return IN_ORDER if in_order else AS_THEY_COME
