"""Conversations that are kept: which there are, and their removal. A bridge's session() goes on with one."""

from __future__ import annotations

import json
from ctypes import byref, c_void_p
from typing import Any, Dict, List

from ._library import library, take_text
from ._settings import native_settings
from ._text import c_string, utf8
from .errors import check, new_error


def sessions(**settings: Any) -> List[Dict[str, Any]]:
    """The sessions that are kept, an object each (llmbridge/session.h). The settings are session_dir and home."""
    text, error = c_void_p(), new_error()
    with native_settings(settings) as native:
        check(library().llmb_session_list(native, byref(text), byref(error)), error)
    return list(json.loads(take_text(text))["sessions"])


def delete_session(name: str, **settings: Any) -> None:
    """Removes a session; `not_found` if there is none, `unavailable` while a call has its turn."""
    key, error = c_string(utf8(name, "name"), "name"), new_error()
    with native_settings(settings) as native:
        check(library().llmb_session_delete(native, key, byref(error)), error)
