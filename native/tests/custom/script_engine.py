"""The fake engine's script, or the part of it that any engine can act, done by an engine in Python; for tests.

Usage: script_engine.py [SCRIPT]    with steps split by ";", as the setting `command` of the fake engine has them
"""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../hosts/python"))
from llmbridge_engine import Engine, EngineFailure, run  # noqa: E402

CHUNK = 32 << 10


class Script(Engine):
    name = "script"

    def __init__(self, text):
        steps = [step.strip().partition("@") for step in text.split(";") if step.strip()]
        self.steps = [(words.split(), moment) for words, _, moment in steps]
        if all(moment for _, moment in self.steps):
            self.steps.append((["echo"], ""))

    def load(self, host):
        for words, moment in self.steps:
            if words[0] == "slow_start":
                for done_ms in range(0, int(words[1]), 10):
                    time.sleep(0.01)
                    host.loading(done_ms / int(words[1]))
            elif words[0] == "refuse":
                raise EngineFailure(words[1], "the script says so")
        self._at("start")

    def generate(self, request):
        limit, made = int(request.setting("max_tokens")), 0
        request.prompt_tokens = len(request.prompt.split())
        self._at("accept")
        for piece in self._pieces(request):
            yield piece
            made += 1
            self._at(f"piece:{made}")
            if made >= limit:
                request.finish_reason = "length"
                return

    def embed(self, request):
        self._at("accept")
        for verb, *numbers in self._in_turn():
            if verb == "echo":
                for text in request.texts:
                    yield [float(text.count(letter)) for letter in "abcdefg"] + [float(len(text.encode()))]
            elif verb == "nan":
                yield [0.0, float("nan")] + [0.0] * 6
            else:
                self._plain(verb, *numbers)

    def tokens(self, request):
        return len(request.prompt.split())

    def invoke(self, request, method, parameters):
        if method == "environment":
            return dict(os.environ)
        if method == "settings":
            return request.settings
        if method != "echo":
            raise EngineFailure("unsupported", f"there is no method {method}")
        return parameters

    def _in_turn(self):
        return [words for words, moment in self.steps if not moment and words[0] not in ("slow_start", "refuse")]

    def _at(self, moment):
        for (verb, *numbers), when in self.steps:
            if when == moment:
                self._plain(verb, *numbers)

    def _pieces(self, request):
        for verb, *numbers in self._in_turn():
            if verb == "echo":
                yield from _chunks(request.prompt.encode())
            elif verb == "pieces":
                for index in range(int(numbers[0])):
                    yield f"piece {index + 1}\n"
                    time.sleep(int(numbers[1]) / 1000)
            elif verb == "sleep":
                end = time.monotonic() + int(numbers[0]) / 1000
                while time.monotonic() < end:
                    request.check()
                    request.progress()
                    time.sleep(0.01)
            elif verb == "flood":
                for start in range(0, int(numbers[0]), CHUNK):
                    yield b"x" * min(CHUNK, int(numbers[0]) - start)
            elif verb == "bad_utf8":
                yield b"good \xff\xfe bad"
            elif verb == "raise":
                raise ValueError("the script says so")
            elif verb == "fail":
                raise EngineFailure(numbers[0], "the script says so")
            else:
                self._plain(verb, *numbers)

    @staticmethod
    def _plain(verb, *numbers):
        if verb == "hang":
            while True:
                time.sleep(1000)
        elif verb == "signal":
            print("script: raising signal", *numbers, file=sys.stderr, flush=True)
            os.kill(os.getpid(), int(numbers[0]))
        elif verb == "exit":
            os._exit(int(numbers[0]))
        else:
            raise EngineFailure("unsupported", f"no step of this engine's: {verb}")


def _chunks(text):
    for start in range(0, len(text), CHUNK):
        yield text[start : start + CHUNK]


if __name__ == "__main__":
    run(Script(sys.argv[1] if len(sys.argv) > 1 else "echo"))
