"""The engine SDK of llmbridge for Python: write an LLM engine as a class.

    from llmbridge_engine import Engine, run

    class Echo(Engine):
        name = "echo"

        def generate(self, request):
            yield request.prompt

    run(Echo())

A host runs it with the settings engine=custom and command="python3 /path/to/echo.py". llmbridge's keeper starts the
program, ends it, and starts it anew when it dies; the host's library is found by LLMBRIDGE_LIBRARY, which it passes on.

Each request runs in a thread of its own, as many at once as the setting `slots` says; only run()'s thread talks to the
host. What a request yields waits in a short queue while the host reads slowly. A request that goes on for long without
yielding calls request.progress() now and then, or it counts as hung, and looks at request.cancelled, which also turns
true at its deadline; between two pieces that is done for it. Needs nothing but Python 3.8 and libllmbridge.
"""

import collections
import ctypes
import json
import os
import sys
import threading
import traceback

OUTPUTS_WAITING_MAX = 16
PIECE_BYTES_MAX = 32 << 10
NEVER = 2**64 - 1

OK, INVALID_ARGUMENT, CANCELLED, UNSUPPORTED, ENGINE_ERROR, NOT_READY = 0, 1, 6, 15, 17, 21
STATUSES = {
    "invalid_argument": INVALID_ARGUMENT, "not_found": 2, "cancelled": CANCELLED, "output_invalid": 9,
    "overloaded": 11, "unavailable": 12, "model_invalid": 13, "unsupported": UNSUPPORTED, "out_of_memory": 16,
    "engine_error": ENGINE_ERROR, "context_full": 20,
}
PHASES = {"load": 3, "prompt": 5, "generate": 6, "embed": 7}
FINISH_REASONS = {"stop": 1, "length": 2, "stop_string": 3}
GENERATE, EMBED, TOKENS, INVOKE = 1, 2, 3, 4
REPEATS, ACTS = 1, 4


class EngineFailure(Exception):
    """Ends a request, or in load() the engine, with a status of llmbridge's and a message for the caller."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = STATUSES[status]


class Cancelled(Exception):
    """Nobody wants the answer any more; Request.check raises it."""


class Engine:
    """An engine. Override what it can do; the rest is `unsupported`."""

    name = "python"
    version = "1"
    repeats = False  # True: a request whose engine died may be begun anew, nothing happens twice by it
    acts = False     # True: requests may have effects elsewhere, so no error of one says that a retry is safe

    def load(self, host):
        """Gets ready. May return a dictionary with what the engine says of itself and its model."""

    def generate(self, request):
        """Returns the answer, or yields its pieces, as str (or bytes of UTF-8)."""
        raise EngineFailure("unsupported", f"the engine {self.name} does not generate text")

    def embed(self, request):
        """Returns or yields a sequence of numbers for each of request.texts."""
        raise EngineFailure("unsupported", f"the engine {self.name} does not embed")

    def tokens(self, request):
        """Returns how many tokens request.prompt has."""
        raise EngineFailure("unsupported", f"the engine {self.name} does not count tokens")

    def invoke(self, request, method, parameters):
        """Returns the result of a method, as anything that JSON can hold."""
        raise EngineFailure("unsupported", f"the engine {self.name} has no methods")


class Host:
    """What an engine knows of its host while it loads."""

    def __init__(self, library, engine):
        self._library, self._engine = library, engine

    def setting(self, name):
        """A setting of the bridge as text; its default where it was not set, None if there is neither."""
        return _text(self._library.llmb_engine_setting(self._engine, name.encode()))

    def loading(self, fraction):
        """Says that loading goes on, and how far it is, from 0 to 1."""
        self._library.llmb_engine_loading(self._engine, int(fraction * 1000))


class Request:
    """One call as the engine sees it."""

    def __init__(self, library, handle):
        self._library, self._handle = library, handle
        self.kind = library.llmb_request_kind(handle)
        self.texts = [self._item(i) for i in range(library.llmb_request_item_count(handle))]
        self.deadline_ns = library.llmb_request_deadline(handle)
        self.finish_reason = "stop"
        self.prompt_tokens = 0
        self.completion_tokens = None  # None: as many as there were pieces

    @property
    def prompt(self):
        return self.texts[0]

    @property
    def settings(self):
        """The call settings that the host has set, by name, as text."""
        given, index, value = {}, 0, ctypes.c_char_p()
        while (name := self._library.llmb_request_setting_given(self._handle, index, ctypes.byref(value))) is not None:
            given[name.decode()] = _text(value.value)
            index += 1
        return given

    def setting(self, name):
        """A call setting as text; its default where it was not set, None if there is neither."""
        return _text(self._library.llmb_request_setting(self._handle, name.encode()))

    @property
    def remaining_s(self):
        """Seconds until the deadline; infinity if there is none."""
        if self.deadline_ns == NEVER:
            return float("inf")
        return max(0, self.deadline_ns - self._library.llmb_clock_ns()) / 1e9

    @property
    def cancelled(self):
        """True when the host no longer wants the answer or the deadline has passed."""
        return self._library.llmb_request_cancelled(self._handle) == 1

    def check(self):
        """Raises Cancelled if there is nobody left to answer."""
        if self.cancelled:
            raise Cancelled()

    def progress(self):
        """Says that work goes on."""
        self._library.llmb_request_progress(self._handle)

    def _item(self, index):
        size = ctypes.c_uint64()
        start = self._library.llmb_request_item(self._handle, index, ctypes.byref(size))
        return ctypes.string_at(start, size.value).decode()


def run(engine):
    """Serves the host that had this process started, until it is gone or asks for nothing; then ends the process."""
    library = _load_library()
    error = _Error()
    library.llmb_error_init(ctypes.byref(error))
    handle = ctypes.c_void_p()
    if library.llmb_engine_connect(engine.name.encode(), engine.version.encode(), ctypes.byref(handle), ctypes.byref(error)) != OK:
        sys.exit(f"{engine.name}: {error.message.decode(errors='replace')}")
    library.llmb_engine_declare(handle, (REPEATS if engine.repeats else 0) | (ACTS if engine.acts else 0))
    try:
        about = engine.load(Host(library, handle)) or {}
    except Exception as failure:
        traceback.print_exc()
        library.llmb_engine_refuse(handle, _status_of(failure), _message_of(failure))
        sys.exit(1)
    if library.llmb_engine_ready(handle, json.dumps({"engine": engine.name, **about}).encode(), None) == OK:
        _Server(library, handle, engine).serve()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads that still work do so for nobody


class _Server:
    """The one thread that talks to the host: takes requests, and passes on what their threads have made."""

    def __init__(self, library, handle, engine):
        self.library, self.engine = library, engine
        self._handle = handle
        self._works = []
        self._bell, self._ringer = os.pipe()
        self._lock = threading.Lock()
        self._rung = False

    def serve(self):
        self.library.llmb_engine_watch(self._handle, self._bell)
        request = ctypes.c_void_p()
        while self.library.llmb_engine_next(self._handle, self._next_deadline_ns(), ctypes.byref(request)) == OK:
            if request.value:
                self.library.llmb_request_accept(request)
                self._works.append(_Work(self, ctypes.c_void_p(request.value)))
            self._hear()
            self._works = [work for work in self._works if not work.pass_on()]

    def _next_deadline_ns(self):
        return min((work.request.deadline_ns for work in self._works if not work.given_up), default=NEVER)

    def ring(self):
        """Wakes the thread that serves. Any thread."""
        with self._lock:
            if not self._rung:
                self._rung = True
                os.write(self._ringer, b"!")

    def _hear(self):
        with self._lock:
            if self._rung:
                self._rung = False
                os.read(self._bell, 1)


class _Work:
    """One request, its thread, and what waits between the two threads. Only the serving thread ends the request, and
    only when the other has ended: until then it may look at it."""

    def __init__(self, server, handle):
        self._server, self._handle = server, handle
        self.request = Request(server.library, handle)
        self._outputs = collections.deque()
        self._room = threading.Semaphore(OUTPUTS_WAITING_MAX)
        self._pieces = 0
        self._failure = None
        self.given_up = False
        self._ended = False
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        try:
            self._answer(self._server.engine)
        except BaseException as failure:  # whatever it was, the caller must hear of it
            if not isinstance(failure, (EngineFailure, Cancelled)):
                traceback.print_exc()
            self._failure = failure
        self._ended = True
        self._server.ring()

    def _answer(self, engine):
        request = self.request
        if request.kind == GENERATE:
            pieces = engine.generate(request)
            for piece in [pieces] if isinstance(pieces, (str, bytes)) else pieces:
                self._write(piece.encode() if isinstance(piece, str) else piece)
        elif request.kind == EMBED:
            for vector in engine.embed(request):
                self._put((ctypes.c_float * len(vector))(*vector))
        elif request.kind == TOKENS:
            request.prompt_tokens = engine.tokens(request)
        elif request.kind == INVOKE:
            parameters = json.loads(request.texts[1]) if len(request.texts) > 1 else None
            self._write(json.dumps(engine.invoke(request, request.texts[0], parameters)).encode())
        else:
            raise EngineFailure("unsupported", f"the engine {engine.name} does not know requests of kind {request.kind}")

    def _write(self, text):
        for start in range(0, len(text), PIECE_BYTES_MAX):
            self._put(text[start : start + PIECE_BYTES_MAX])
        self._pieces += 1

    def _put(self, output):
        self.request.check()
        self._room.acquire()
        if self.given_up:
            raise Cancelled()
        self._outputs.append(output)
        self._server.ring()

    def pass_on(self):
        """Writes what the channel has room for; True when the request is over."""
        ended = self._ended  # looked at before the outputs: what came before the end is among them
        if self.request.cancelled and not self.given_up:
            self.given_up = True
            self._room.release()  # its thread may be waiting for room
        while self._outputs and not self.given_up:
            if not self._write_one(self._outputs[0]):
                return False
            self._outputs.popleft()
            self._room.release()
        if ended:
            self._end()
        return ended

    def _write_one(self, output):
        library = self._server.library
        if isinstance(output, bytes):
            status = library.llmb_request_write(self._handle, output, len(output))
        else:
            status = library.llmb_request_write_vector(self._handle, output, len(output))
        if status not in (OK, NOT_READY):
            self._failure = self._failure or EngineFailure("engine_error", "a piece or vector is too large")
        return status != NOT_READY

    def _end(self):
        request, library = self.request, self._server.library
        failure = self._failure or (Cancelled() if self.given_up else None)
        if failure is None:
            completion = self._pieces if request.completion_tokens is None else request.completion_tokens
            usage = _Usage(ctypes.sizeof(_Usage), FINISH_REASONS[request.finish_reason], request.prompt_tokens, completion)
            library.llmb_request_done(self._handle, ctypes.byref(usage))
        else:
            phase = PHASES["embed"] if request.kind == EMBED else PHASES["generate"]
            library.llmb_request_fail(self._handle, _status_of(failure), phase, _message_of(failure))


class _Error(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32), ("status", ctypes.c_int32), ("os_code", ctypes.c_int32),
        ("exit_kind", ctypes.c_int32), ("exit_value", ctypes.c_int32), ("phase", ctypes.c_uint32),
        ("retry_safe", ctypes.c_uint32), ("attempts", ctypes.c_uint32), ("elapsed_ms", ctypes.c_double),
        ("engine", ctypes.c_char * 32), ("message", ctypes.c_char * 512), ("engine_log", ctypes.c_char * 2048),
    ]


class _Usage(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32), ("finish_reason", ctypes.c_uint32),
        ("prompt_tokens", ctypes.c_uint64), ("completion_tokens", ctypes.c_uint64),
    ]


def _status_of(failure):
    if isinstance(failure, EngineFailure):
        return failure.status
    return CANCELLED if isinstance(failure, Cancelled) else ENGINE_ERROR


def _message_of(failure):
    if isinstance(failure, Cancelled):
        return b"cancelled"
    text = str(failure) if isinstance(failure, EngineFailure) else f"{type(failure).__name__}: {failure}"
    return text.replace("\0", " ").encode(errors="replace")


def _text(value):
    return None if value is None else value.decode()


def _load_library():
    path = os.environ.get("LLMBRIDGE_LIBRARY") or "libllmbridge.so.1"
    try:
        library = ctypes.CDLL(path)
    except OSError as failure:
        sys.exit(f"llmbridge_engine: {failure}; an engine is started by llmbridge (engine=custom), not by hand")
    pointer, text, u32, u64 = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32, ctypes.c_uint64
    status, nothing = ctypes.c_int32, None
    for name, result, *arguments in (
        ("llmb_error_init", nothing, pointer),
        ("llmb_clock_ns", u64),
        ("llmb_engine_connect", status, text, text, pointer, pointer),
        ("llmb_engine_setting", text, pointer, text),
        ("llmb_engine_loading", nothing, pointer, u32),
        ("llmb_engine_declare", nothing, pointer, u32),
        ("llmb_engine_ready", status, pointer, text, pointer),
        ("llmb_engine_refuse", nothing, pointer, status, text),
        ("llmb_engine_next", status, pointer, u64, pointer),
        ("llmb_engine_watch", nothing, pointer, ctypes.c_int32),
        ("llmb_request_kind", u32, pointer),
        ("llmb_request_item_count", u32, pointer),
        ("llmb_request_item", pointer, pointer, u32, pointer),
        ("llmb_request_setting", text, pointer, text),
        ("llmb_request_setting_given", text, pointer, u32, pointer),
        ("llmb_request_deadline", u64, pointer),
        ("llmb_request_accept", status, pointer),
        ("llmb_request_cancelled", u32, pointer),
        ("llmb_request_progress", nothing, pointer),
        ("llmb_request_write", status, pointer, text, u64),
        ("llmb_request_write_vector", status, pointer, pointer, u64),
        ("llmb_request_done", status, pointer, pointer),
        ("llmb_request_fail", status, pointer, status, u32, text),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
