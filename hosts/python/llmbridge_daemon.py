"""A daemon for llmbridge's engine `jsonrpc`, in one file, with the standard library alone.

    from llmbridge_daemon import method, run

    @method
    def generate(prompt, **settings):
        return "You said: " + prompt

    run()

JSON-RPC 2.0, an object a line, on stdin and stdout. A method's parameters are the request's; what it returns is the
result. A generator function streams: each string it yields is a piece of the answer, and what it returns, if anything,
goes with the end: {"usage": ..., "finish_reason": ...}. print() goes to stderr, which is the log.
"""

import inspect
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, FAILED = -32700, -32600, -32601, -32602, -32000

_methods = {}
_work = threading.local()


class Failure(Exception):
    """Raised by a method to answer with an error of its own."""

    def __init__(self, message, code=FAILED):
        super().__init__(message)
        self.code = code


class Cancelled(Exception):
    """Raised by check_cancelled() in a call that nobody waits for any more."""


def method(function=None, *, name=None):
    """Makes a function a method of the daemon: @method, or @method(name="other")."""
    if function is None:
        return lambda given: method(given, name=name)
    _methods[name or function.__name__] = function
    return function


def cancelled():
    """Whether the call that this thread works on was cancelled. A daemon that looks now and then keeps its life."""
    return _work.cancelled.is_set()


def check_cancelled():
    if cancelled():
        raise Cancelled()


def run(threads=1, repeatable=False):
    """Serves until stdin ends. `threads` calls are computed at once, each in a thread of its own, while this one reads:
    so a call can be cancelled while it is computed. `repeatable` says that calls have no effects: should this daemon
    die, they are begun anew in another one."""
    _Daemon(threads, repeatable).serve()


class _Daemon:
    def __init__(self, threads, repeatable):
        self._about = {"batch": True, "concurrent": threads, "repeatable": repeatable}
        self._input = open(os.dup(0), "rb", closefd=True)
        self._output = open(os.dup(1), "wb", closefd=True)
        self._output_lock = threading.Lock()
        self._calls = {}  # id of each call in progress: its cancellation flag
        self._pool = ThreadPoolExecutor(max_workers=threads)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)  # nobody else reads our lines
        os.close(null)
        os.dup2(2, 1)  # whatever prints, prints into the log
        sys.stdout = sys.stderr

    def serve(self):
        for line in self._input:
            self._take_line(line)
        self._pool.shutdown(wait=True)

    def _take_line(self, line):
        try:
            message = json.loads(line)
        except ValueError as problem:
            self._fail(None, PARSE_ERROR, f"not JSON: {problem}")
            return
        for request in message if isinstance(message, list) else [message]:
            self._take_request(request)

    def _take_request(self, request):
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            self._fail(None, INVALID_REQUEST, "a request is an object with a method")
        elif "id" not in request:
            self._take_notification(request)
        elif request["method"] == "ping" and "ping" not in _methods:
            self._send({"id": request["id"], "result": self._about})
        else:
            flag = self._calls[request["id"]] = threading.Event()
            self._pool.submit(self._answer, request["id"], request["method"], request.get("params", {}), flag)

    def _take_notification(self, request):
        params = request.get("params")
        if request["method"] == "$/cancel" and isinstance(params, dict):
            flag = self._calls.get(params.get("id"))
            if flag is not None:
                flag.set()

    def _answer(self, call_id, name, params, flag):
        _work.cancelled = flag
        try:
            if flag.is_set():
                raise Cancelled()
            self._send({"id": call_id, "result": self._call(call_id, name, params)})
        except Failure as failure:
            self._fail(call_id, failure.code, str(failure))
        except Cancelled:
            self._fail(call_id, FAILED, "cancelled")
        except Exception as problem:  # a daemon outlives its methods' faults
            sys.excepthook(type(problem), problem, problem.__traceback__)
            self._fail(call_id, FAILED, f"{type(problem).__name__}: {problem}")
        finally:
            del self._calls[call_id]

    def _call(self, call_id, name, params):
        function = _methods.get(name)
        if function is None:
            raise Failure(f"there is no method {name!r}; there are {', '.join(sorted(_methods)) or 'none'}", METHOD_NOT_FOUND)
        positional = params if isinstance(params, list) else []
        named = params if isinstance(params, dict) else {}
        try:
            inspect.signature(function).bind(*positional, **named)
        except TypeError as problem:
            raise Failure(f"{name}: {problem}", INVALID_PARAMS) from None
        result = function(*positional, **named)
        return self._stream(call_id, result) if inspect.isgenerator(result) else result

    def _stream(self, call_id, pieces):
        while True:
            check_cancelled()
            try:
                piece = next(pieces)
            except StopIteration as end:
                return {"text": "", **(end.value or {})}
            self._send({"method": "piece", "params": {"id": call_id, "text": piece}})

    def _fail(self, call_id, code, message):
        self._send({"id": call_id, "error": {"code": code, "message": message}})

    def _send(self, message):
        line = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False, allow_nan=False)
        with self._output_lock:
            self._output.write(line.encode("utf-8", "replace") + b"\n")
            self._output.flush()
