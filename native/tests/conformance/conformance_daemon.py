"""A daemon that behaves as its argument says."""

import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../hosts/python"))

from llmbridge_daemon import cancelled, method, run  # noqa: E402


def pieces(count, pause_s):
    for number in range(count):
        if cancelled():
            return
        yield f"piece {number + 1}\n"
        time.sleep(pause_s)


@method
def generate(prompt, **settings):
    behaviour = sys.argv[1]
    if behaviour == "crashes":
        os.kill(os.getpid(), signal.SIGKILL)
    if behaviour == "hangs":
        time.sleep(100000)
    if behaviour == "pieces":
        return pieces(5, 0.02)
    if behaviour == "endless":
        return pieces(10**9, 0.02)
    return "x" * 100000 if behaviour == "floods" else prompt


@method
def embed(texts):
    return {"embeddings": [[len(text)] + [text.count(letter) for letter in "abcdefg"] for text in texts]}


@method
def tokens(text):
    return {"tokens": len(text.split())}


@method
def echo(**parameters):
    return parameters


run()
