"""The native library: where it is, and its functions as ctypes sees them."""

from __future__ import annotations

import ctypes
import functools
import os
from ctypes import POINTER, byref, c_char, c_char_p, c_double, c_float, c_int32, c_int64, c_uint32, c_uint64, c_void_p
from pathlib import Path

ABI_VERSION = 1
NEVER = 2**64 - 1
LIBRARY = "libllmbridge.so.1"  # the name that its helpers, too, look for


class NativeError(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("status", c_int32), ("os_code", c_int32), ("exit_kind", c_int32),
        ("exit_value", c_int32), ("phase", c_uint32), ("retry_safe", c_uint32), ("attempts", c_uint32),
        ("elapsed_ms", c_double), ("engine", c_char * 32), ("message", c_char * 512), ("engine_log", c_char * 2048),
    ]


class NativeResult(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("finish_reason", c_uint32), ("fallback", c_uint32), ("attempts", c_uint32),
        ("prompt_tokens", c_uint64), ("completion_tokens", c_uint64), ("queue_ms", c_double), ("start_ms", c_double),
        ("first_token_ms", c_double), ("total_ms", c_double), ("engine", c_char * 32),
    ]


class NativeWorker(ctypes.Structure):
    _fields_ = [("state", c_uint32), ("calls", c_uint32), ("pid", c_int64), ("served", c_uint64), ("ready_ms", c_double)]


STATS_COUNTERS = (
    "calls_moved", "calls_repeated", "calls_resumed", "prompt_tokens", "completion_tokens", "engines_started",
    "engines_ready", "engines_retired", "engines_crashed", "engines_hung", "engines_broken", "engines_refused")


class NativeStats(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("breaker", c_uint32), ("calls_active", c_uint32), ("calls_queued", c_uint32),
        ("calls_started", c_uint64), ("calls_refused", c_uint64), ("calls_ended", c_uint64 * 32),
        *((name, c_uint64) for name in STATS_COUNTERS),
        ("total_ms_sum", c_double), ("first_token_ms_sum", c_double), ("total_ms", c_uint64 * 28),
        ("first_token_ms", c_uint64 * 28), ("workers", NativeWorker * 64),
    ]


class NativeEvent(ctypes.Structure):
    _fields_ = [
        ("sequence", c_uint64), ("time_ns", c_uint64), ("kind", c_uint32), ("status", c_int32), ("pid", c_int64),
        ("exit_kind", c_int32), ("exit_value", c_int32), ("call_id", c_uint64), ("text", c_char * 192),
    ]


_ERROR = POINTER(NativeError)
_OUT_POINTER = POINTER(c_void_p)
_START_TEXTS = [c_void_p, POINTER(c_char_p), POINTER(c_uint64), c_uint32, c_void_p, _OUT_POINTER, _ERROR]
_START_BATCH = [c_void_p, POINTER(c_char_p), POINTER(c_uint64), c_uint32, c_void_p, c_uint32, _OUT_POINTER, _ERROR]

_FUNCTIONS = {
    "llmb_abi_version": (c_uint32, []),
    "llmb_version": (c_char_p, []),
    "llmb_settings_json": (c_char_p, []),
    "llmb_finish_reason_name": (c_char_p, [c_uint32]),
    "llmb_error_to_json": (c_int32, [_ERROR, _OUT_POINTER]),
    "llmb_free": (None, [c_void_p]),
    "llmb_deadline_after_ms": (c_uint64, [c_uint64]),
    "llmb_settings_create": (c_int32, [_OUT_POINTER, _ERROR]),
    "llmb_settings_set": (c_int32, [c_void_p, c_char_p, c_char_p, _ERROR]),
    "llmb_settings_close": (None, [c_void_p]),
    "llmb_bridge_open": (c_int32, [c_void_p, _OUT_POINTER, _ERROR]),
    "llmb_bridge_start": (c_int32, [c_void_p, c_uint64, _ERROR]),
    "llmb_bridge_info": (c_int32, [c_void_p, _OUT_POINTER, _ERROR]),
    "llmb_bridge_load_progress": (c_int32, [c_void_p, POINTER(c_uint32)]),
    "llmb_session_list": (c_int32, [c_void_p, _OUT_POINTER, _ERROR]),
    "llmb_session_delete": (c_int32, [c_void_p, c_char_p, _ERROR]),
    "llmb_bridge_worker_pid": (c_int32, [c_void_p, POINTER(c_int64)]),
    "llmb_bridge_close": (None, [c_void_p]),
    "llmb_stats_init": (None, [POINTER(NativeStats)]),
    "llmb_bridge_stats": (c_int32, [c_void_p, POINTER(NativeStats), _ERROR]),
    "llmb_stats_bucket_ms": (c_double, [c_uint32]),
    "llmb_bridge_events": (c_int32, [c_void_p, c_uint64, POINTER(NativeEvent), c_uint32, POINTER(c_uint32), _ERROR]),
    "llmb_worker_state_name": (c_char_p, [c_uint32]),
    "llmb_event_kind_name": (c_char_p, [c_uint32]),
    "llmb_status_name": (c_char_p, [c_int32]),
    "llmb_batch_start": (c_int32, _START_BATCH),
    "llmb_batch_start_embed": (c_int32, _START_BATCH),
    "llmb_batch_next": (c_int32, [c_void_p, c_uint64, POINTER(c_int32), POINTER(c_int32), _ERROR]),
    "llmb_batch_text": (c_void_p, [c_void_p, c_uint32, POINTER(c_uint64)]),
    "llmb_batch_vector": (c_void_p, [c_void_p, c_uint32, POINTER(c_uint64)]),
    "llmb_batch_result": (c_int32, [c_void_p, c_uint32, POINTER(NativeResult)]),
    "llmb_batch_cancel": (c_int32, [c_void_p]),
    "llmb_batch_close": (None, [c_void_p]),
    "llmb_pump_wait": (c_int32, [c_void_p, POINTER(c_uint64), c_uint32, c_uint64, POINTER(c_uint32), _ERROR]),
    "llmb_pump_wake": (c_int32, [c_void_p]),
    "llmb_call_start": (c_int32, [c_void_p, c_char_p, c_uint64, c_void_p, _OUT_POINTER, _ERROR]),
    "llmb_embed_start": (c_int32, _START_TEXTS),
    "llmb_count_tokens_start": (c_int32, [c_void_p, c_char_p, c_uint64, _OUT_POINTER, _ERROR]),
    "llmb_tokenize_start": (c_int32, [c_void_p, c_char_p, c_uint64, c_void_p, _OUT_POINTER, _ERROR]),
    "llmb_detokenize_start": (c_int32, [c_void_p, POINTER(c_int32), c_uint64, c_void_p, _OUT_POINTER, _ERROR]),
    "llmb_invoke_start": (c_int32, [c_void_p, c_char_p, c_char_p, c_uint64, c_void_p, _OUT_POINTER, _ERROR]),
    "llmb_call_read": (c_int32, [c_void_p, c_char_p, c_uint64, c_uint64, POINTER(c_uint64), _ERROR]),
    "llmb_call_read_vector": (c_int32, [c_void_p, POINTER(c_float), c_uint64, c_uint64, POINTER(c_uint64), _ERROR]),
    "llmb_call_watch": (c_int32, [c_void_p, c_uint64, _ERROR]),
    "llmb_call_cancel": (c_int32, [c_void_p]),
    "llmb_call_finish": (c_int32, [c_void_p, c_uint64, POINTER(NativeResult), _ERROR]),
    "llmb_call_cached_prompt_tokens": (c_uint64, [c_void_p]),
    "llmb_call_details": (c_int32, [c_void_p, POINTER(c_void_p)]),
    "llmb_call_logprobs": (c_int32, [c_void_p, POINTER(c_void_p)]),
    "llmb_call_tool_calls": (c_int32, [c_void_p, POINTER(c_void_p)]),
    "llmb_call_reasoning": (c_int32, [c_void_p, POINTER(c_void_p)]),
    "llmb_call_close": (None, [c_void_p]),
}


def find() -> str:
    """The library's path: LLMBRIDGE_LIBRARY, else beside this package, else a name for the loader."""
    named = os.environ.get("LLMBRIDGE_LIBRARY")
    if named:
        return named
    here = Path(__file__).resolve().parent
    for beside in (here / "native" / "lib" / LIBRARY, here / LIBRARY):
        if beside.exists():
            return str(beside)
    return LIBRARY


@functools.lru_cache(maxsize=None)
def library() -> ctypes.CDLL:
    """The library, loaded at first use and checked to be of the ABI that this package was written for."""
    path = find()
    try:
        loaded = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"{error} (LLMBRIDGE_LIBRARY names the library's file)") from None
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    if loaded.llmb_abi_version() != ABI_VERSION:
        raise ImportError(f"{path} has ABI {loaded.llmb_abi_version()}, this package needs {ABI_VERSION}")
    return loaded


def take_text(pointer: c_void_p) -> str:
    """The text that the library allocated for its caller, which is freed."""
    try:
        return (ctypes.cast(pointer, c_char_p).value or b"").decode()
    finally:
        library().llmb_free(pointer)


def error_json(error: NativeError) -> str:
    text = c_void_p()
    library().llmb_error_to_json(byref(error), byref(text))
    return take_text(text) if text.value else "{}"
