"""What is known of a call that succeeded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ._library import NativeResult, library


@dataclass(frozen=True)
class ToolCall:
    """A function that the model calls: one of the setting `tools`, with arguments that keep its schema."""

    id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Details:
    engine: str
    finish_reason: str  # stop, length, stop_string, tool_calls
    fallback: bool  # another engine than the first named answered
    attempts: int
    prompt_tokens: int
    cached_prompt_tokens: int  # of these, not read again since a call before began alike; 0 in ask_many
    completion_tokens: int
    replaced: int  # how often bytes of the answer that were no UTF-8 became U+FFFD; 0 in ask_many
    constrained: str | None  # how far the engine was held to json_schema or grammar: full, partial, none; None without
    queue_ms: float
    start_ms: float
    first_token_ms: float
    total_ms: float
    logprobs: list[dict[str, Any]] | None = None  # of each token, where they were asked for: token, logprob, top_logprobs
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""  # what the model thought before its answer
    tool_parse: str | None = None  # failed: what it said could not be read as calls and is all in the text; or parsed

    @classmethod
    def of(cls, result: NativeResult, cached_prompt_tokens: int = 0, replaced: int = 0,
           constrained: str | None = None, logprobs: list[dict[str, Any]] | None = None,
           tool_calls: tuple[ToolCall, ...] = (), reasoning: str = "", tool_parse: str | None = None) -> Details:
        return cls(
            engine=result.engine.decode("utf-8", "replace"),
            finish_reason=library().llmb_finish_reason_name(result.finish_reason).decode(),
            fallback=bool(result.fallback),
            cached_prompt_tokens=cached_prompt_tokens,
            replaced=replaced,
            constrained=constrained,
            logprobs=logprobs,
            tool_calls=tool_calls,
            reasoning=reasoning,
            tool_parse=tool_parse,
            **{name: getattr(result, name) for name in (
                "attempts", "prompt_tokens", "completion_tokens", "queue_ms", "start_ms", "first_token_ms", "total_ms")},
        )


@dataclass(frozen=True)
class Reply:
    """A whole answer; str(reply) is its text."""

    text: str
    details: Details

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The functions that the model calls; empty where it calls none."""
        return self.details.tool_calls

    @property
    def message(self) -> dict[str, Any]:
        """The answer as a message of the conversation that goes on."""
        message: dict[str, Any] = {"role": "assistant", "content": self.text}
        if self.details.reasoning:
            message["reasoning_content"] = self.details.reasoning
        if self.tool_calls:
            message["tool_calls"] = [
                {"id": call.id, "type": "function",
                 "function": {"name": call.name, "arguments": json.dumps(call.arguments)}} for call in self.tool_calls]
        return message

    def __str__(self) -> str:
        return self.text
