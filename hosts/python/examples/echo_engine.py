"""An engine that gives back what it gets, word by word. It shows all that an engine can be asked.

    llmbridge ask "Who is there?" --engine custom --set command="python3 /path/to/echo_engine.py"
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from llmbridge_engine import Engine, EngineFailure, run  # noqa: E402


class Echo(Engine):
    name = "echo"
    version = "1"
    repeats = True

    def generate(self, request):
        words = request.prompt.split(" ")
        limit = int(request.setting("max_tokens"))
        request.prompt_tokens = len(words)
        for index, word in enumerate(words[:limit]):
            yield word if index == 0 else " " + word
        if len(words) > limit:
            request.finish_reason = "length"

    def embed(self, request):
        for text in request.texts:
            yield [float(text.count(letter)) for letter in "abcdefg"] + [float(len(text))]

    def tokens(self, request):
        return len(request.prompt.split(" "))

    def invoke(self, request, method, parameters):
        if method != "echo":
            raise EngineFailure("unsupported", f"there is no method {method}; allowed is echo")
        return parameters


if __name__ == "__main__":
    run(Echo())
