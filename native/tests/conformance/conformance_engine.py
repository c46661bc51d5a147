"""An engine of a user's own that behaves as its argument says."""

import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../hosts/python"))
from llmbridge_engine import Engine, EngineFailure, run  # noqa: E402


class Conformance(Engine):
    name = "custom"
    version = "1"

    def generate(self, request):
        behaviour = sys.argv[1]
        if behaviour == "crashes":
            os.kill(os.getpid(), signal.SIGKILL)
        if behaviour == "hangs":
            time.sleep(100000)
        if behaviour in ("pieces", "endless"):
            for number in range(5 if behaviour == "pieces" else 10**9):
                yield f"piece {number + 1}\n"
                time.sleep(0.02)
        elif behaviour == "floods":
            yield "x" * 100000
        elif behaviour == "bad_utf8":
            yield b"good \xff\xfe bad"
        else:
            yield request.prompt

    def embed(self, request):
        for text in request.texts:
            yield [float(len(text))] + [float(text.count(letter)) for letter in "abcdefg"]

    def tokens(self, request):
        return len(request.prompt.split())

    def invoke(self, request, method, parameters):
        if method != "echo":
            raise EngineFailure("unsupported", f"there is no method {method}")
        return parameters


run(Conformance())
