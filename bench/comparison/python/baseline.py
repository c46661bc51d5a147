"""libllama by ctypes, through the module that llmbridge-bench measures itself against."""
import ctypes

STREAMS_MAX = 8
CONTEXT = 1024


class Options(ctypes.Structure):
    _fields_ = [
        ("model", ctypes.c_char_p),
        ("context", ctypes.c_uint32),
        ("threads", ctypes.c_uint32),
        ("sequences", ctypes.c_uint32),
    ]


class Baseline:
    """Loads the model for what is asked first."""

    def __init__(self, module, model, threads):
        self._functions = ctypes.CDLL(module)
        self._options = Options(model.encode(), CONTEXT, threads, STREAMS_MAX)
        self._generator = None
        self._embedder = None
        for name, result in (("llama_baseline_open", ctypes.c_void_p), ("llama_baseline_generate", ctypes.c_uint64),
                             ("llama_baseline_text", ctypes.c_char_p), ("llama_embed_baseline_open", ctypes.c_void_p),
                             ("llama_embed_baseline_run", ctypes.c_uint64),
                             ("llama_embed_baseline_vector", ctypes.POINTER(ctypes.c_float))):
            getattr(self._functions, name).restype = result

    def generate(self, prompt, tokens):
        self._generator = self._generator or self._open("llama_baseline_open")
        count = self._functions.llama_baseline_generate(self._generator, prompt.encode(), tokens, 1)
        text = self._functions.llama_baseline_text(self._generator)
        return {"tokens": count, "text": text.decode(errors="replace")}

    def embed(self, texts):
        self._embedder = self._embedder or self._open("llama_embed_baseline_open")
        pointers = (ctypes.c_char_p * len(texts))(*(text.encode() for text in texts))
        dimension = self._functions.llama_embed_baseline_run(self._embedder, pointers, len(texts))
        return [self._functions.llama_embed_baseline_vector(self._embedder, i)[:dimension] for i in range(len(texts))]

    def _open(self, function):
        opened = getattr(self._functions, function)(ctypes.byref(self._options))
        if not opened:
            raise RuntimeError("the model does not load")
        return ctypes.c_void_p(opened)
