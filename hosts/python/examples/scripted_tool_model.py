#!/usr/bin/env python3
"""Stands in for a model that knows how to call tools, which the demonstration model is too small for: a daemon that calls
the first tool it is given, and passes on what it is told. Any model whose chat template has tools takes its place."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from llmbridge_daemon import method, run  # noqa: E402


@method
def generate(prompt="", messages=None, tools=None, **settings):
    last = messages[-1]
    if last["role"] == "tool":
        return {"text": f"It is {last['content']}.", "reasoning": "I was told."}
    city = last["content"].rstrip("?").split()[-1]
    name = tools[0]["function"]["name"]
    return {"tool_calls": [{"id": "call_1", "name": name, "arguments": {"city": city}}], "reasoning": "I have to ask."}


run()
