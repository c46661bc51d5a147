"""The bridge of asyncio programs: no call blocks the event loop, and cancelling a task ends the engine's work."""

from __future__ import annotations

import asyncio
import json
from typing import Any, AsyncIterator, Callable, Dict, List, Mapping, Optional, Sequence, Union, overload

from ._call import NOT_READY, Call
from ._core import Core, Vector, shares
from ._pump import Pump
from .results import Details, Reply
from .statistics import Event, Statistics


class AsyncStream(AsyncIterator[str]):
    """An answer as it comes, for `async for`. Leaving its `async with` block, or close(), ends the engine's work;
    cancel() makes the iterator raise LlmCancelledError."""

    def __init__(self, call: Call, pump: Pump) -> None:
        self._call = call
        self._pump = pump
        self.details: Optional[Details] = None  # once the answer has ended

    async def __anext__(self) -> str:
        if self.details is None:
            piece = await _wait(self._call, self._call.read, self._pump)
            if piece:
                return piece
            self.details = self._call.finish()
            self._call.close()
        raise StopAsyncIteration

    def cancel(self) -> None:
        self._call.cancel()

    def close(self) -> None:
        self._call.close()

    async def __aenter__(self) -> AsyncStream:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class AsyncBridge:
    """As Bridge, for asyncio: `async with AsyncBridge(model="x.gguf") as bridge: await bridge.ask(...)`. Any number of
    tasks may use one bridge, also from several event loops."""

    def __init__(self, **settings: Any) -> None:
        self._core = Core(settings)
        self._pump = Pump(self._core)

    async def ask(self, prompt: Optional[str] = None, **settings: Any) -> Reply:
        """The whole answer. The setting `messages` may stand in the prompt's place."""
        async with self.stream(prompt, **settings) as stream:
            text = "".join([piece async for piece in stream])
            assert stream.details is not None
            return Reply(text, stream.details)

    def stream(self, prompt: Optional[str] = None, **settings: Any) -> AsyncStream:
        """The answer piece by piece."""
        return AsyncStream(self._core.generate(prompt, settings), self._pump)

    def session(self, name: str) -> AsyncSession:
        """The conversation that is kept under this name, in the folder `session_dir`."""
        return AsyncSession(self, name)

    @overload
    async def embed(self, texts: str, **settings: Any) -> Vector: ...  # type: ignore[overload-overlap]

    @overload
    async def embed(self, texts: Sequence[str], **settings: Any) -> List[Vector]: ...

    async def embed(self, texts: Union[str, Sequence[str]], **settings: Any) -> Any:
        """The vector of a text, or the vectors of several, which share the engine's work."""
        vectors: List[Vector] = []
        for share in shares([texts] if isinstance(texts, str) else texts):
            call = self._core.embed(share, settings)
            try:
                while vector := await _wait(call, call.read_vector, self._pump):
                    vectors.append(vector)
            finally:
                call.close()
        return vectors[0] if isinstance(texts, str) else vectors

    async def count_tokens(self, text: str) -> int:
        """How many tokens the engine's model makes of a text."""
        async with AsyncStream(self._core.count_tokens(text), self._pump) as stream:
            async for _ in stream:
                pass
            assert stream.details is not None
            return stream.details.prompt_tokens

    async def tokenize(self, text: str, **settings: Any) -> List[int]:
        """The numbers of the tokens that the engine's model makes of a text, those at its ends included."""
        async with AsyncStream(self._core.tokenize(text, settings), self._pump) as stream:
            return json.loads("".join([piece async for piece in stream]))

    async def detokenize(self, tokens: Sequence[int], **settings: Any) -> str:
        """The text of tokens; control tokens are spelled with special="parse", else left out."""
        async with AsyncStream(self._core.detokenize(tokens, settings), self._pump) as stream:
            return "".join([piece async for piece in stream])

    def invoke(
        self, method: str, params: Union[None, Sequence[Any], Mapping[str, Any]] = None, **settings: Any
    ) -> AsyncStream:
        """Calls any method of a JSON-RPC daemon; the result's JSON text comes as an answer does."""
        return AsyncStream(self._core.invoke(method, params, settings), self._pump)

    def info(self) -> Dict[str, Any]:
        """What the ready engine said of itself and its model; empty before any was ready."""
        return self._core.info()

    def stats(self) -> Statistics:
        """What the bridge has done and is doing."""
        return self._core.stats()

    def events(self, after: int = 0) -> List[Event]:
        """What has happened since the event of that number, oldest first; the last 128 are remembered."""
        return self._core.events(after)

    @property
    def worker_pid(self) -> int:
        """Process number of the worker started last, 0 if none runs. For logs, not for signals."""
        return self._core.worker_pid()

    async def close(self) -> None:
        """Ends the workers and waits for them; calls in flight end as cancelled."""
        await asyncio.get_running_loop().run_in_executor(None, self._pump.stop)

    async def __aenter__(self) -> AsyncBridge:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def _wait(call: Call, look: Callable[[int], Any], pump: Pump) -> Any:
    while True:
        found = look(0)
        if found is not NOT_READY:
            return found
        await pump.news_of(call)


class AsyncSession:
    """As Session, for asyncio."""

    def __init__(self, bridge: AsyncBridge, name: str) -> None:
        self.name = name
        self._bridge = bridge

    async def ask(self, prompt: Optional[str] = None, **settings: Any) -> Reply:
        return await self._bridge.ask(prompt, session=self.name, **settings)

    def stream(self, prompt: Optional[str] = None, **settings: Any) -> AsyncStream:
        return self._bridge.stream(prompt, session=self.name, **settings)
