"""Settings by name: Python's values as the texts that the library reads."""

from __future__ import annotations

import contextlib
import json
import os
from ctypes import byref, c_void_p
from typing import Any, Iterator, Mapping

from ._library import library
from .errors import check, new_error


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value)
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)


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
            text = text_of(value).encode("utf-8", "surrogatepass")
            check(library().llmb_settings_set(pointer, name.encode(), text, byref(error)), error)
        yield pointer
    finally:
        library().llmb_settings_close(pointer)
