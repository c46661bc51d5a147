"""The bridge of blocking programs and threads."""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union, overload

from ._batch import Batch
from ._call import NOT_READY, Call
from ._core import Core, Vector, shares
from ._library import library
from ._status import DEADLINE_EXCEEDED
from .errors import LlmError, LlmTimeoutError
from .results import Details, Reply
from .statistics import Event, Statistics

INTERRUPT_CHECK_MS = 100  # Python acts on Ctrl+C between two looks, not inside one


def _wait(look: Callable[[int], Any]) -> Any:
    while True:
        found = look(library().llmb_deadline_after_ms(INTERRUPT_CHECK_MS))
        if found is not NOT_READY:
            return found


def _outcomes(batch: Batch) -> Iterator[Tuple[int, Any]]:
    try:
        while (outcome := _wait(batch.next)) is not None:
            yield outcome
    finally:
        batch.close()


class Stream(Iterator[str]):
    """An answer as it comes: an iterator of pieces, whole characters each. Leaving its `with` block, or close(), ends
    the engine's work; cancel() may be used from any thread and makes the iterator raise LlmCancelledError."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.details: Optional[Details] = None  # once the answer has ended

    def __next__(self) -> str:
        if self.details is None:
            piece = _wait(self._call.read)
            if piece:
                return piece
            self.details = self._call.finish()
            self._call.close()
        raise StopIteration

    def cancel(self) -> None:
        self._call.cancel()

    def close(self) -> None:
        self._call.close()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Bridge:
    """One engine configuration and its worker processes: `Bridge(model="x.gguf", slots=8)`. Settings are given by name,
    as `llmbridge.settings()` lists them; what is not given comes from the environment. Any number of threads may use
    one bridge. The methods' settings are those of a call."""

    def __init__(self, **settings: Any) -> None:
        self._core = Core(settings)

    def start(self, timeout: Optional[float] = None) -> None:
        """Starts a worker and waits until it is ready; the first call does so by itself. A timeout does not stop it."""
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                return self._core.start(library().llmb_deadline_after_ms(INTERRUPT_CHECK_MS))
            except LlmTimeoutError as error:
                if error.status != DEADLINE_EXCEEDED or (until is not None and time.monotonic() >= until):
                    raise

    def ask(self, prompt: Optional[str] = None, **settings: Any) -> Reply:
        """The whole answer. The setting `messages` may stand in the prompt's place."""
        with self.stream(prompt, **settings) as stream:
            text = "".join(stream)
            assert stream.details is not None
            return Reply(text, stream.details)

    def stream(self, prompt: Optional[str] = None, **settings: Any) -> Stream:
        """The answer piece by piece."""
        return Stream(self._core.generate(prompt, settings))

    def session(self, name: str) -> Session:
        """The conversation that is kept under this name, in the folder `session_dir`."""
        return Session(self, name)

    @overload
    def embed(self, texts: str, **settings: Any) -> Vector: ...  # type: ignore[overload-overlap]

    @overload
    def embed(self, texts: Sequence[str], **settings: Any) -> List[Vector]: ...

    def embed(self, texts: Union[str, Sequence[str]], **settings: Any) -> Any:
        """The vector of a text, or the vectors of several, which share the engine's work."""
        vectors: List[Vector] = []
        for share in shares([texts] if isinstance(texts, str) else texts):
            call = self._core.embed(share, settings)
            try:
                vectors.extend(iter(lambda: _wait(call.read_vector) or None, None))
            finally:
                call.close()
        return vectors[0] if isinstance(texts, str) else vectors

    def ask_many(
        self, prompts: Sequence[str], in_order: bool = False, **settings: Any
    ) -> Iterator[Tuple[int, Union[Reply, LlmError]]]:
        """Asks all of them, as many at once as the bridge has slots; yields each one's number and its reply or, since one
        that fails is no reason to lose the others, its error. Ending the iteration ends what is left."""
        return _outcomes(self._core.generate_many(prompts, in_order, settings))

    def embed_many(
        self, texts: Sequence[str], in_order: bool = False, **settings: Any
    ) -> Iterator[Tuple[int, Union[Vector, LlmError]]]:
        """As ask_many, for vectors. `embed` with a list fails as a whole, and shares the engine's work even better."""
        return _outcomes(self._core.embed_many(texts, in_order, settings))

    def count_tokens(self, text: str) -> int:
        """How many tokens the engine's model makes of a text."""
        with Stream(self._core.count_tokens(text)) as stream:
            for _ in stream:
                pass
            assert stream.details is not None
            return stream.details.prompt_tokens

    def tokenize(self, text: str, **settings: Any) -> List[int]:
        """The numbers of the tokens that the engine's model makes of a text, those at its ends included."""
        with Stream(self._core.tokenize(text, settings)) as stream:
            return json.loads("".join(stream))

    def detokenize(self, tokens: Sequence[int], **settings: Any) -> str:
        """The text of tokens; control tokens are spelled with special="parse", else left out."""
        with Stream(self._core.detokenize(tokens, settings)) as stream:
            return "".join(stream)

    def invoke(self, method: str, params: Union[None, Sequence[Any], Mapping[str, Any]] = None, **settings: Any) -> Stream:
        """Calls any method of a JSON-RPC daemon; the result's JSON text comes as an answer does."""
        return Stream(self._core.invoke(method, params, settings))

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
    def load_progress(self) -> float:
        """How far the engine's model is loaded, from 0 to 1."""
        return self._core.load_progress()

    @property
    def worker_pid(self) -> int:
        """Process number of the worker started last, 0 if none runs. For logs, not for signals."""
        return self._core.worker_pid()

    def close(self) -> None:
        """Ends the workers and waits for them; calls in flight end as cancelled."""
        self._core.handle.close()

    def __enter__(self) -> Bridge:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Session:
    """A conversation that is kept: each call goes on with it, also another program's. What a call adds, and its answer,
    are kept once the whole answer has come; a call that fails leaves the session as it was."""

    def __init__(self, bridge: Bridge, name: str) -> None:
        self.name = name
        self._bridge = bridge

    def ask(self, prompt: Optional[str] = None, **settings: Any) -> Reply:
        return self._bridge.ask(prompt, session=self.name, **settings)

    def stream(self, prompt: Optional[str] = None, **settings: Any) -> Stream:
        return self._bridge.stream(prompt, session=self.name, **settings)
