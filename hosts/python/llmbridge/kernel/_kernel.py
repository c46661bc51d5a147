"""The kernel: Jupyter's messages on one side, a bridge of llmbridge on the other."""

from __future__ import annotations

import json
import threading
from typing import Any, Dict, List, Optional

from ipykernel.kernelbase import Kernel  # pyright: ignore[reportMissingImports]

import llmbridge

from llmbridge.errors import invalid_argument

from ._cell import RESULT, Cell, read
from ._completion import complete
from ._magics import HELP, Magics
from ._state import State

LOAD_LOOK_S = 0.25
DEFAULT_FILE = "llmbridge"


class LlmKernel(Kernel):
    implementation = "llmbridge"
    implementation_version = llmbridge.__version__
    banner = "llmbridge: a cell is a prompt, and the conversation is kept. %help lists the magics."
    language_info = {"name": "text", "mimetype": "text/plain", "file_extension": ".txt"}
    help_links: List[Dict[str, str]] = []

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        application = self.parent
        self._state = State(getattr(application, "connection_file", "") or DEFAULT_FILE)
        self._magics = Magics(self._state)
        self._lock = threading.Lock()
        self._stream: Optional[llmbridge.Stream] = None
        self._interrupted = False

    async def interrupt_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """On the thread of the control channel, while the cell runs on its own."""
        with self._lock:
            self._interrupted = True
            if self._stream is not None:
                self._stream.cancel()
        self.session.send(stream, "interrupt_reply", {"status": "ok"}, parent, ident=ident)

    def do_execute(
        self, code: str, silent: bool, store_history: bool = True, user_expressions: Any = None,
        allow_stdin: bool = False, **_: Any
    ) -> Dict[str, Any]:
        with self._lock:
            self._interrupted = False
        try:
            cell = read(code)
            for name, argument in cell.magics:
                if name == "%embed":
                    self._wait_for_engine(silent)
                shown = self._magics.run(name, argument)
                if shown and not silent:
                    self._result(shown)
            if cell.prompt or cell.results:
                self._answer(cell, silent)
        except (llmbridge.LlmError, OSError, ValueError, TypeError, RuntimeError) as error:
            return self._failed(error, silent)
        except KeyboardInterrupt:
            return self._failed(KeyboardInterrupt("the cell was interrupted"), silent)
        return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}

    def _answer(self, cell: Cell, silent: bool) -> None:
        self._wait_for_engine(silent)
        settings = self._state.of_calls()
        if self._state.keeps_sessions():
            settings["session"] = self._state.session
        elif cell.results:
            raise invalid_argument(f"{RESULT}: this engine keeps no conversation, and knows of no call")
        if cell.results:
            settings["messages"] = [
                {"role": "tool", "tool_call_id": call, "content": text} for call, text in cell.results]
        with self._state.bridge().stream(cell.prompt or None, **settings) as stream:
            with self._lock:
                self._stream = stream
                if self._interrupted:
                    stream.cancel()
            try:
                for piece in stream:
                    if not silent:
                        self.send_response(self.iopub_socket, "stream", {"name": "stdout", "text": piece})
            except llmbridge.LlmCancelledError:
                raise KeyboardInterrupt from None
            finally:
                with self._lock:
                    self._stream = None
            if stream.details is not None and not silent:
                self._calls(stream.details)

    def _calls(self, details: llmbridge.Details) -> None:
        """The functions that the model calls, each with the line by which the next cell says what came of it."""
        lines = [f"{call.name}({json.dumps(call.arguments, ensure_ascii=False)})   {RESULT} {call.id}"
                 for call in details.tool_calls]
        if lines:
            self._result("\n".join(lines))

    def _wait_for_engine(self, silent: bool) -> None:
        """Tells how far the model is loaded, in one place of the page, where that takes a while."""
        bridge, shown = self._state.bridge(), False
        while True:
            if self._interrupted:
                raise KeyboardInterrupt
            try:
                bridge.start(timeout=LOAD_LOOK_S)
                break
            except llmbridge.LlmTimeoutError as error:
                if error.code != "deadline_exceeded":
                    raise
            if not silent:
                self._progress(f"the model is loading: {bridge.load_progress:.0%}", shown)
                shown = True
        if shown:
            self._progress("the model is loaded", shown)

    def _progress(self, text: str, is_there: bool) -> None:
        self.send_response(self.iopub_socket, "update_display_data" if is_there else "display_data", {
            "data": {"text/plain": text}, "metadata": {},
            "transient": {"display_id": f"llmbridge-load-{self.execution_count}"}})

    def _result(self, text: str) -> None:
        self.send_response(self.iopub_socket, "execute_result", {
            "execution_count": self.execution_count, "data": {"text/plain": text}, "metadata": {}})

    def _failed(self, error: BaseException, silent: bool) -> Dict[str, Any]:
        """A failure as Jupyter has it: a name, a text, and lines to show."""
        name = "KeyboardInterrupt" if isinstance(error, KeyboardInterrupt) else getattr(error, "code", type(error).__name__)
        text = getattr(error, "message", "") or str(error)
        content = {"ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}
        if not silent:
            self.send_response(self.iopub_socket, "error", content)
        return {"status": "error", "execution_count": self.execution_count, **content}

    def do_complete(self, code: str, cursor_pos: int) -> Dict[str, Any]:
        matches, start = complete(code[:cursor_pos], self._magics.names, self._state)
        return {"status": "ok", "matches": matches, "cursor_start": start, "cursor_end": cursor_pos, "metadata": {}}

    def do_inspect(self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Any = ()) -> Dict[str, Any]:
        begins = code.startswith("%")
        return {"status": "ok", "found": begins, "data": {"text/plain": HELP} if begins else {}, "metadata": {}}

    def do_is_complete(self, code: str) -> Dict[str, Any]:
        return {"status": "complete" if code.strip() else "incomplete", "indent": ""}

    def do_shutdown(self, restart: bool) -> Dict[str, Any]:
        self._state.close()
        return {"status": "ok", "restart": restart}
