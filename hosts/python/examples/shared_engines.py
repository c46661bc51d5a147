#!/usr/bin/env python3
"""Shares engines with every other program of this user: managed/examples/SharedEngines does the same and finds the same
engines.

    shared_engines.py ask "Hello"                 one model, loaded once for all
    shared_engines.py note DAEMON NAME VALUE      a daemon that keeps values (remembering_daemon.py)
    shared_engines.py read DAEMON NAME
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from llmbridge import Bridge, LlmError  # noqa: E402


def run(verb, *words):
    daemon = {} if verb == "ask" else {"engine": "jsonrpc", "command": ["python3", words[0]]}
    with Bridge(isolation="shared", **daemon) as bridge:
        if verb == "ask":
            answer = bridge.ask(words[0]).text
        else:
            answer = "".join(bridge.invoke(verb, list(words[1:]))).strip('"')
        return f"engine {bridge.worker_pid}: {' '.join(answer.split())}"


try:
    print(run(*sys.argv[1:]))
except LlmError as failure:
    print(failure)
    sys.exit(1)
