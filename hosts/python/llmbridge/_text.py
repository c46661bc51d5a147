"""Python's texts as the bytes that the library reads; what cannot be one is an error that names the argument."""

from __future__ import annotations

from typing import Any, List

from .errors import invalid_argument


def utf8(text: Any, what: str) -> bytes:
    if not isinstance(text, str):
        raise TypeError(f"{what}: a str is needed, not {type(text).__name__}")
    return text.encode("utf-8", "surrogatepass")  # the library refuses what is not UTF-8, and says where


def utf8_each(texts: Any, what: str) -> List[bytes]:
    if isinstance(texts, (str, bytes, bytearray, memoryview)) or not hasattr(texts, "__iter__"):
        raise TypeError(f"{what}: several str are needed, not {type(texts).__name__}")
    return [utf8(text, f"{what}[{index}]") for index, text in enumerate(texts)]


def c_string(data: bytes, what: str) -> bytes:
    """The same bytes, for a C string: whatever stood behind a NUL would be lost."""
    place = data.find(b"\0")
    if place >= 0:
        raise invalid_argument(f"{what}: there is a NUL at byte {place}")
    return data
