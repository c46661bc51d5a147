#!/usr/bin/env python3
"""A daemon with state kept in memory: it counts what it was asked.

    llmbridge ask "Hello" --engine jsonrpc --set "command=python3 $PWD/hosts/python/examples/counting_daemon.py"
    llmbridge invoke remember '{"note": "milk"}' --engine jsonrpc --set "command=python3 $PWD/hosts/python/examples/counting_daemon.py"
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from llmbridge_daemon import Failure, method, run  # noqa: E402

asked = 0
notes = []


@method
def generate(prompt, **settings):
    """Streams the prompt's words back, with the number of the question."""
    global asked
    asked += 1
    words = prompt.split()
    yield f"Question {asked}:"
    for word in words:
        yield " " + word
    return {"usage": {"prompt_tokens": len(words), "completion_tokens": len(words) + 2}}


@method
def embed(texts):
    """How often each vowel occurs: a vector that shows the way one is given."""
    return {"embeddings": [[1 + text.lower().count(vowel) for vowel in "aeiou"] for text in texts]}


@method
def tokens(text):
    return {"tokens": len(text.split())}


@method
def remember(note):
    if not note:
        raise Failure("an empty note")
    notes.append(note)
    return {"notes": notes, "asked": asked}


run()
