"""Goes through one scenario of interop-tests/scenarios.json: python3 driver.py SCENARIO."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "hosts" / "python"))

import llmbridge  # noqa: E402


def show_piece(piece):
    print("piece", piece.replace("\n", "\\n"))


def failure(prompt):
    try:
        llmbridge.ask(prompt)
    except llmbridge.LlmError as error:
        return error
    raise AssertionError("the call succeeded")


def answer():
    print("text", llmbridge.ask("hello"))


def stream():
    pieces = llmbridge.stream("hello")
    for piece in pieces:
        show_piece(piece)
    print("end", pieces.details.finish_reason)


def embed():
    vector = llmbridge.embed("hello")
    print("dimension", len(vector))
    print("equal", str(vector == llmbridge.embed("hello")).lower())


def deadline():
    print("error", failure("hello").code)


def crash():
    error = failure("hello")
    print("error", error.code, error.exit["kind"], error.exit["value"])
    print("error", failure("hello").code)


def bad_input():
    print("error", failure("").code)
    answer()


def bad_setting():
    error = failure("hello")
    print("error", error.code)
    print("names LLMBRIDGE_SLOTS", str("LLMBRIDGE_SLOTS" in error.message).lower())


def cancel():
    pieces = llmbridge.stream("hello")
    show_piece(next(pieces))
    pieces.cancel()
    try:
        for _ in pieces:
            pass
    except llmbridge.LlmCancelledError as error:
        print("error", error.code)


def many_threads():
    prompts = [f"item {i}" for i in range(50)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(llmbridge.ask, prompts))
    print("right", sum(map(str.__eq__, answers, prompts)))


def children():
    child = subprocess.Popen(["sh", "-c", "exit 7"])
    text = llmbridge.ask("hello")
    status = child.wait()
    print("text", text)
    print("child", status)


def exit_in_flight():
    pieces = llmbridge.stream("hello")
    next(pieces)
    print("worker", llmbridge.worker_pid(), flush=True)
    os._exit(0)


SCENARIOS = [answer, stream, embed, deadline, crash, bad_input, bad_setting, cancel, many_threads, children, exit_in_flight]

if __name__ == "__main__":
    {scenario.__name__: scenario for scenario in SCENARIOS}[sys.argv[1]]()
