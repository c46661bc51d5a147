#!/usr/bin/env python3
"""A model that calls tools, in a loop until it answers:

    tool_loop.py "What is the weather in Rome?"

The model is scripted_tool_model.py. With one of your own, whose chat template has tools: Bridge(model="x.gguf").
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))

from llmbridge import Bridge  # noqa: E402

ROUNDS_MAX = 8


def weather(city):
    return f"sunny in {city}"


FUNCTIONS = {"weather": weather}
TOOLS = [{"type": "function", "function": {
    "name": "weather",
    "description": "Tells the weather in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}}]


def answer(bridge, question):
    messages = [{"role": "user", "content": question}]
    for _ in range(ROUNDS_MAX):
        reply = bridge.ask(messages=messages, tools=TOOLS)
        messages.append(reply.message)
        if not reply.tool_calls:
            return reply.text
        for call in reply.tool_calls:  # each is one of TOOLS, and its arguments keep the schema
            result = FUNCTIONS[call.name](**call.arguments)
            messages.append({"role": "tool", "tool_call_id": call.id, "name": call.name, "content": result})
    raise RuntimeError(f"no answer after {ROUNDS_MAX} rounds")


with Bridge(engine="jsonrpc", command=["python3", os.path.join(HERE, "scripted_tool_model.py")]) as bridge:
    print(answer(bridge, sys.argv[1] if len(sys.argv) > 1 else "What is the weather in Rome?"))
