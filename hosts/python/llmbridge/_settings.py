"""Settings by name: Python's values as the texts that the library reads."""

from __future__ import annotations

import contextlib
import json
import os
from ctypes import byref, c_void_p
from typing import Any, Iterator, Mapping

from ._library import library
from ._text import c_string, utf8
from .errors import check, new_error


def json_of(value: Any, name: str) -> str:
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"{name}: {error}") from None


def schema_of(value: Any, name: str) -> str:
    """A JSON Schema: its text, what Python's json makes of a dict or a bool, or a pydantic model's own."""
    if isinstance(value, str):
        return value
    of_model = getattr(value, "model_json_schema", None)
    return json_of(of_model() if callable(of_model) else value, name)


def text_of(value: Any, name: str) -> str:
    if name == "json_schema":
        return schema_of(value, name)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (list, tuple, dict)):
        return json_of(value, name)
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, (bytes, bytearray, memoryview, set, frozenset)):
        raise TypeError(f"{name}: a str, a number, a list or a dict is needed, not {type(value).__name__}")
    return str(value)


@contextlib.contextmanager
def native_settings(settings: Mapping[str, Any]) -> Iterator[c_void_p]:
    """A native set of these settings, for as long as the block lasts. None counts as not given."""
    pointer, error = c_void_p(), new_error()
    given = {name: value for name, value in settings.items() if value is not None}
    if not given:
        yield pointer
        return
    check(library().llmb_settings_create(byref(pointer), byref(error)), error)
    try:
        for name, value in given.items():
            key = c_string(utf8(name, "a setting's name"), "a setting's name")
            text = c_string(utf8(text_of(value, name), name), name)
            check(library().llmb_settings_set(pointer, key, text, byref(error)), error)
        yield pointer
    finally:
        library().llmb_settings_close(pointer)
