"""A host program in Python with a daemon of its own: takes and answers the orders that
bench/comparison/native/comparison_host.c describes. The daemon is started on the first use, and again when it is gone."""
import json
import os
import signal
import subprocess
import sys
import time

SHOWN_NUMBERS = 8
DAEMON = os.path.join(os.path.dirname(os.path.abspath(__file__)), "daemon.py")
ROUNDS_MAX = 4096


class Daemon:
    """Writes a line, reads a line."""

    def __init__(self):
        self.process = None
        self._calls = 0

    def call(self, method, **params):
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, DAEMON, *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._calls += 1
        request = {"jsonrpc": "2.0", "id": self._calls, "method": method, "params": params}
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.forget()
            raise RuntimeError("the daemon is gone")
        return json.loads(line)["result"]

    def forget(self):
        self.process.kill()
        self.process.wait()
        self.process = None


daemon = Daemon()


def generate(number, width, tokens):
    prompt = f"{number:05}. Once upon a time there was"
    answers = [daemon.call("generate", prompt=prompt, tokens=tokens) for _ in range(width)]  # it takes one at a time
    return {"tokens": sum(answer["tokens"] for answer in answers), "text": answers[0]["text"]}


def embed(number, width, _):
    texts = [f"{number * width + i:05}. The quick brown fox jumps over the lazy dog and runs away" for i in range(width)]
    return {"vector": daemon.call("embed", texts=texts)[0][:SHOWN_NUMBERS]}


def run_rounds(run, first, rounds, seconds, width, tokens=0):
    first, rounds, width, tokens = int(first), min(int(rounds), ROUNDS_MAX), int(width), int(tokens)
    taken, answer = [], {}
    begin = time.perf_counter()
    while not taken or (len(taken) < rounds and time.perf_counter() - begin < float(seconds)):
        round_begin = time.perf_counter()
        answer = run(first + len(taken), width, tokens)
        taken.append(time.perf_counter() - round_begin)
    return {"seconds": taken, **answer}


def recover(number):
    begin = time.perf_counter()
    os.kill(daemon.process.pid, signal.SIGKILL)
    try:
        answer = generate(int(number), 1, 1)
    except RuntimeError:
        answer = generate(int(number), 1, 1)
    return {"seconds": [time.perf_counter() - begin], **answer}


ORDERS = {
    "generate": lambda *words: run_rounds(generate, *words),
    "embed": lambda *words: run_rounds(embed, *words),
    "recover": recover,
    "helper": lambda: {"pid": daemon.process.pid if daemon.process else 0},
}

for order in sys.stdin:
    verb, *words = order.split()
    try:
        reply = ORDERS[verb](*words)
    except Exception as error:
        reply = {"error": str(error)}
    print(json.dumps(reply), flush=True)
if daemon.process:
    daemon.forget()
