"""The few functions of libllmbridge that measuring needs, by ctypes."""
import ctypes
import json
import os
import pathlib

NEVER = 2**64 - 1


class EngineError(Exception):
    pass


class Error(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("status", ctypes.c_int32), ("os_code", ctypes.c_int32),
                ("exit_kind", ctypes.c_int32), ("exit_value", ctypes.c_int32), ("phase", ctypes.c_uint32),
                ("retry_safe", ctypes.c_uint32), ("attempts", ctypes.c_uint32), ("elapsed_ms", ctypes.c_double),
                ("engine", ctypes.c_char * 32), ("message", ctypes.c_char * 512), ("engine_log", ctypes.c_char * 2048)]


def library_path():
    root = pathlib.Path(__file__).resolve().parents[2]
    return os.environ.get("LLMBRIDGE_LIBRARY", str(root / "artifacts" / "native" / "lib" / "libllmbridge.so"))


class Bridge:
    """An open bridge to a model; a context manager."""

    def __init__(self, model, **settings):
        self.library = ctypes.CDLL(library_path())
        self.library.llmb_bridge_close.restype = None
        self.library.llmb_free.restype = None
        self.library.llmb_settings_close.restype = None
        self.error = Error()
        self.library.llmb_error_init(ctypes.byref(self.error))
        self.bridge = ctypes.c_void_p()
        made = self._settings({"model": str(model), **settings})
        try:
            self._check(self.library.llmb_bridge_open(made, ctypes.byref(self.bridge), ctypes.byref(self.error)))
        finally:
            self.library.llmb_settings_close(made)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.llmb_bridge_close(self.bridge)

    def _check(self, status):
        if status != 0:
            raise EngineError(f"status {status}: {self.error.message.decode(errors='replace')}")

    def _settings(self, settings):
        made = ctypes.c_void_p()
        self._check(self.library.llmb_settings_create(ctypes.byref(made), ctypes.byref(self.error)))
        for name, value in settings.items():
            status = self.library.llmb_settings_set(made, name.encode(), str(value).encode(), ctypes.byref(self.error))
            if status != 0:
                self.library.llmb_settings_close(made)
                self._check(status)
        return made

    def ask(self, prompt, **settings):
        """The whole answer."""
        made = self._settings(settings)
        text, size, raw = ctypes.c_void_p(), ctypes.c_uint64(), prompt.encode()
        try:
            self._check(self.library.llmb_generate(self.bridge, raw, ctypes.c_uint64(len(raw)), made, ctypes.byref(text),
                                                   ctypes.byref(size), None, ctypes.byref(self.error)))
        finally:
            self.library.llmb_settings_close(made)
        answer = ctypes.string_at(text, size.value).decode()
        self.library.llmb_free(text)
        return answer

    def chat(self, turns):
        """The answer to the last of these (role, text)."""
        return self.ask(turns[-1][1], messages=json.dumps([{"role": role, "content": text} for role, text in turns]))

    def embed(self, texts):
        """One list of numbers for each text."""
        raw = [text.encode() for text in texts]
        pointers = (ctypes.c_char_p * len(raw))(*raw)
        sizes = (ctypes.c_uint64 * len(raw))(*map(len, raw))
        vectors, dimension = ctypes.POINTER(ctypes.c_float)(), ctypes.c_uint64()
        self._check(self.library.llmb_embed_texts(self.bridge, pointers, sizes, ctypes.c_uint32(len(raw)), None,
                                                  ctypes.byref(vectors), ctypes.byref(dimension), None, ctypes.byref(self.error)))
        width = dimension.value
        out = [vectors[i * width:(i + 1) * width] for i in range(len(raw))]
        self.library.llmb_free(vectors)
        return out

    def count_tokens(self, text):
        count, raw = ctypes.c_uint64(), text.encode()
        self._check(self.library.llmb_count_tokens(self.bridge, raw, ctypes.c_uint64(len(raw)), ctypes.byref(count),
                                                   ctypes.byref(self.error)))
        return count.value
