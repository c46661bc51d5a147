"""python3 -m unittest discover hosts/python/tests, with LLMBRIDGE_LIBRARY set; each test uses the engine `fake`."""

import asyncio
import contextlib
import ctypes
import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

PACKAGES = str(Path(__file__).resolve().parents[1])
sys.path.insert(0, PACKAGES)

import llmbridge  # noqa: E402
import llmbridge_engine  # noqa: E402
from llmbridge import _status  # noqa: E402
from llmbridge._handle import Handle  # noqa: E402

WATCHDOG_S = 60
ENDLESS = "pieces 1000000 5"


def fake(command="echo", **settings):
    return {"engine": "fake", "command": command, **settings}


# Vectors of as many numbers as its argument says, other ones for each text.
EMBEDDING_DAEMON = """
import sys
sys.path.insert(0, sys.argv[1])
from llmbridge_daemon import method, run

@method
def embed(texts):
    return {"embeddings": [[number % 7 + text + 1 for number in range(int(sys.argv[2]))] for text in range(len(texts))]}

run()
"""

# Says which stop strings it was given.
STOPPING_DAEMON = """
import sys
sys.path.insert(0, sys.argv[1])
from llmbridge_daemon import method, run

@method
def generate(prompt, stop, **settings):
    return "|".join(stop)

run()
"""


def daemon(program, *arguments):
    return {"engine": "jsonrpc", "command": [sys.executable, "-B", "-c", program, PACKAGES, *arguments]}


class BridgeTests(unittest.TestCase):
    def setUp(self):
        signal.alarm(WATCHDOG_S)

    def test_a_nul_in_a_setting_is_refused_and_cuts_nothing(self):
        with llmbridge.Bridge(engine="fake", command="echo") as bridge:
            for settings in ({"system": "a\0b"}, {"stop": "a\0b"}, {"stop": ["a\0b"]}, {"sys\0tem": "a"}):
                with self.assertRaises(llmbridge.LlmArgumentError) as caught:
                    bridge.ask("hello", **settings)
                self.assertIn("NUL", str(caught.exception))
        with self.assertRaises(llmbridge.LlmArgumentError):
            llmbridge.Bridge(model="a\0b")

    def test_messages_without_one_are_refused(self):
        with llmbridge.Bridge(engine="fake", command="echo") as bridge, self.assertRaises(llmbridge.LlmArgumentError):
            bridge.ask(messages=[])

    def test_more_texts_than_a_call_takes_are_divided(self):
        with llmbridge.Bridge(engine="hash") as bridge:
            vectors = bridge.embed([f"text {number}" for number in range(4100)])
            self.assertEqual(len(vectors), 4100)
            self.assertEqual(vectors[4099], bridge.embed("text 4099"))

    def test_an_address_in_place_of_a_model_is_told_that_a_path_is_wanted(self):
        for model in ("hf.co/organisation/name", "https://example.org/model.gguf", "organisation/name"):
            with self.assertRaises(llmbridge.LlmError) as caught:
                llmbridge.Bridge(model=model)
            self.assertIn("the path of a GGUF file", str(caught.exception))

    def tearDown(self):
        signal.alarm(0)

    def test_settings_of_any_type_reach_the_library(self):
        with llmbridge.Bridge(**fake(slots=2, timeout_ms=20000, model=None, sandbox=False)) as bridge:
            reply = bridge.ask("hello", stop=["x", "y"], temperature=0.5, max_tokens=7)
        self.assertEqual(str(reply), "hello")
        self.assertEqual(reply.details.engine, "fake")
        self.assertEqual(reply.details.cached_prompt_tokens, 0)

    def test_a_session_goes_on_from_call_to_call_and_in_asyncio(self):
        async def third(folder):
            async with llmbridge.AsyncBridge(**fake(session_dir=folder)) as bridge:
                return (await bridge.session("work").ask("three")).text

        with tempfile.TemporaryDirectory() as place:
            folder = os.path.join(place, "sessions")
            with llmbridge.Bridge(**fake("say hi", session_dir=folder)) as bridge:
                session = bridge.session("work")
                self.assertEqual(session.ask("one").text, "hi")
                self.assertEqual("".join(session.stream("two")), "hi")
            said = [message["content"] for message in json.loads(asyncio.run(third(folder)))]
            self.assertEqual(said, ["one", "hi", "two", "hi", "three"])

    def test_a_schema_is_a_text_a_dict_or_a_model_that_tells_its_own(self):
        class Person:  # as a pydantic model has it
            @staticmethod
            def model_json_schema():
                return {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}

        with llmbridge.Bridge(**fake('say {"age": 7}')) as bridge:
            for schema in (Person, Person.model_json_schema(), '{"type":"object"}', True):
                self.assertEqual(bridge.ask("x", json_schema=schema).text, '{"age": 7}')
            with self.assertRaises(llmbridge.LlmError) as caught:
                bridge.ask("x", json_schema={"type": "string"}, schema_retries=0)
            self.assertEqual(caught.exception.code, "output_invalid")
            with self.assertRaises(TypeError):
                bridge.ask("x", json_schema={1, 2})

    def test_a_schema_may_be_a_pydantic_model(self):
        try:
            import pydantic
        except ImportError:
            self.skipTest("pydantic is not installed")

        class Person(pydantic.BaseModel):
            name: str
            age: int

        with llmbridge.Bridge(**fake('say {"name": "Ada", "age": 36}')) as bridge:
            reply = bridge.ask("x", json_schema=Person)
        self.assertEqual(Person.model_validate_json(reply.text).age, 36)

    def test_calls_of_tools_and_reasoning_come_with_the_reply(self):
        tools = [{"type": "function", "function": {"name": "weather", "parameters": {"required": ["city"]}}}]
        with llmbridge.Bridge(**fake('reason Hm.; say So:; tool weather {"city":"Rome"}')) as bridge:
            reply = bridge.ask("x", tools=tools)
            self.assertEqual((reply.text, reply.details.reasoning, reply.details.finish_reason),
                             ("So:", "Hm.", "tool_calls"))
            self.assertEqual(reply.tool_calls, (llmbridge.ToolCall("call_1", "weather", {"city": "Rome"}),))
            self.assertEqual(reply.message["tool_calls"][0]["function"]["arguments"], '{"city": "Rome"}')
            self.assertEqual(reply.details.tool_parse, "parsed")
        with llmbridge.Bridge(**fake("tool weather {}")) as bridge, self.assertRaises(llmbridge.LlmError) as caught:
            bridge.ask("x", tools=tools, schema_retries=0)
        self.assertEqual(caught.exception.code, "output_invalid")

    def test_the_example_of_a_tool_loop_answers(self):
        program = os.path.join(os.path.dirname(__file__), "..", "examples", "tool_loop.py")
        run = subprocess.run([sys.executable, program, "How is Oslo?"], capture_output=True, text=True, timeout=60)
        self.assertEqual((run.stdout, run.returncode), ("It is sunny in Oslo.\n", 0), run.stderr)

    def test_an_unknown_setting_is_named(self):
        with self.assertRaisesRegex(ValueError, "slotz") as caught:
            llmbridge.Bridge(slotz=1)
        self.assertEqual(caught.exception.code, "invalid_argument")

    def test_text_that_utf8_cannot_hold_is_refused(self):
        with llmbridge.Bridge(**fake()) as bridge, self.assertRaises(llmbridge.LlmArgumentError):
            bridge.ask("half a pair: \ud800")

    def test_what_is_no_text_is_an_argument_error_that_names_the_argument(self):
        with llmbridge.Bridge(**fake()) as bridge:
            for name, call in {
                "prompt: a str is needed, not bytes": lambda: bridge.ask(b"hello"),
                "prompt: a str is needed, not int": lambda: bridge.ask(5),
                "prompt: a str is needed, not list": lambda: bridge.stream(["hello"]),
                "texts: several str are needed, not bytes": lambda: bridge.embed(b"hello"),
                "texts: several str are needed, not int": lambda: bridge.embed(5),
                "texts: several str are needed, not NoneType": lambda: bridge.embed(None),
                r"texts\[1\]: a str is needed, not NoneType": lambda: bridge.embed(["hello", None]),
                "prompts: several str are needed, not str": lambda: bridge.ask_many("hello"),
                r"prompts\[0\]: a str is needed, not bytes": lambda: bridge.ask_many([b"hello"]),
                "text: a str is needed, not float": lambda: bridge.count_tokens(1.5),
                "text: a str is needed, not NoneType": lambda: bridge.tokenize(None),
                "method: a str is needed, not bytes": lambda: bridge.invoke(b"method"),
                "params: .*set is not JSON": lambda: bridge.invoke("method", {"x": {1}}),
                "stop: a str, a number, a list or a dict is needed, not bytes": lambda: bridge.ask("x", stop=b"x"),
                "stop: .*set": lambda: bridge.ask("x", stop={"x"}),
                "stop: .*bytes is not JSON": lambda: bridge.ask("x", stop=[b"x"]),
            }.items():
                with self.subTest(name), self.assertRaisesRegex(TypeError, f"^{name}"):
                    call()
            self.assertEqual(bridge.ask("hello").text, "hello")

    def test_tokens_are_told(self):
        with llmbridge.Bridge(**fake("pieces 2 0")) as bridge:
            told = bridge.ask("x", logprobs=1, logit_bias={"5": -1}).details.logprobs
            self.assertEqual(["piece 1", "piece 2"], [token["token"] for token in told])
            self.assertEqual(-1.25, told[1]["top_logprobs"][0]["logprob"])
            self.assertIsNone(bridge.ask("x").details.logprobs)
        with llmbridge.Bridge(**fake("echo")) as bridge:
            tokens = bridge.tokenize("h\u00e9")
            self.assertEqual([104, 195, 169], tokens)
            self.assertEqual("h\u00e9", bridge.detokenize(tokens))
            with self.assertRaises(llmbridge.LlmArgumentError):
                bridge.detokenize([300])
            with self.assertRaises(OverflowError):
                bridge.detokenize([1 << 40])

    def test_a_nul_is_refused_wherever_the_library_reads_c_strings(self):
        with llmbridge.Bridge(**fake()) as bridge:
            for name, call in {
                "stop: there is a NUL at byte 1": lambda: bridge.ask("x", stop="a\0b"),
                "a setting's name: there is a NUL at byte 4": lambda: bridge.ask("x", **{"stop\0x": "a"}),
                "method: there is a NUL at byte 4": lambda: bridge.invoke("echo\0x"),
                "prompt: there is a NUL at byte 1": lambda: bridge.ask("a\0b"),
                "model: there is a NUL at byte 2": lambda: llmbridge.Bridge(model=Path("ab\0.gguf")),
            }.items():
                with self.subTest(name), self.assertRaisesRegex(llmbridge.LlmArgumentError, f"invalid_argument: {name}"):
                    call()

    def test_an_error_survives_pickling_whole(self):
        with llmbridge.Bridge(**fake("signal 11@accept")) as bridge:
            with self.assertRaises(llmbridge.LlmError) as caught:
                bridge.ask("hello")
        again = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual(again.error, caught.exception.error)
        self.assertEqual(again.exit, {"kind": "signal", "value": 11})

    def test_an_engine_that_starts_too_slowly_is_a_timeout_error(self):
        with llmbridge.Bridge(**fake("hang@start", start_timeout_ms=100)) as bridge:
            with self.assertRaises(TimeoutError) as caught:
                bridge.ask("hello")
        self.assertIsInstance(caught.exception, llmbridge.LlmTimeoutError)
        self.assertEqual(caught.exception.code, "start_timeout")

    def test_a_handle_in_use_is_closed_by_its_last_user(self):
        closed = []
        handle = Handle("pointer", closed.append, "thing")
        with handle as first, handle as second:
            self.assertEqual((first, second), ("pointer", "pointer"))
            handle.close()
            self.assertEqual(closed, [])
        self.assertEqual(closed, ["pointer"])
        handle.close()
        self.assertEqual(closed, ["pointer"])
        with self.assertRaisesRegex(ValueError, "thing is closed"):
            handle.__enter__()

    def test_lists_reach_an_engine_as_lists(self):
        with llmbridge.Bridge(**daemon(STOPPING_DAEMON)) as bridge:
            self.assertEqual(bridge.ask("hello", stop=["one", 'two "words"', "ä"]).text, 'one|two "words"|ä')

    def test_vectors_of_any_length_come_whole(self):
        for dimension in (1, 1023, 1024, 1025, 5000):
            wanted = [[float(number % 7 + text) for number in range(dimension)] for text in (1, 2)]
            with llmbridge.Bridge(**daemon(EMBEDDING_DAEMON, str(dimension))) as bridge:
                self.assertEqual([list(vector) for vector in bridge.embed(["one", "two"])], wanted)
                self.assertEqual(list(bridge.embed("one")), wanted[0])
                self.assertEqual([list(vector) for _, vector in bridge.embed_many(["one"])], wanted[:1])

    def test_several_texts_give_as_many_vectors(self):
        with llmbridge.Bridge(engine="hash") as bridge:
            vectors = bridge.embed(["one", "two", "one"])
            self.assertEqual(vectors[0], vectors[2])
            self.assertNotEqual(vectors[0], vectors[1])
            self.assertEqual(vectors[0], bridge.embed("one"))

    def test_many_prompts_come_in_order_or_as_they_end(self):
        prompts = [f"item {i}" for i in range(50)]
        with llmbridge.Bridge(**fake(slots=8)) as bridge:
            in_order = list(bridge.ask_many(prompts, in_order=True))
            self.assertEqual([(i, text) for i, text in enumerate(prompts)], [(i, str(reply)) for i, reply in in_order])
            self.assertEqual(in_order[0][1].details.engine, "fake")
            as_they_end = {i: reply.text for i, reply in bridge.ask_many(prompts)}
        self.assertEqual(as_they_end, dict(enumerate(prompts)))

    def test_one_of_many_that_fails_leaves_the_others(self):
        with llmbridge.Bridge(**fake()) as bridge:
            outcomes = dict(bridge.ask_many(["one", "", "three"]))
        self.assertEqual((str(outcomes[0]), str(outcomes[2])), ("one", "three"))
        self.assertIsInstance(outcomes[1], llmbridge.LlmArgumentError)

    def test_many_texts_give_a_vector_each(self):
        with llmbridge.Bridge(engine="hash") as bridge:
            vectors = dict(bridge.embed_many(["one", "two"]))
            self.assertEqual(vectors[1], bridge.embed("two"))

    def test_what_is_left_of_many_ends_with_the_iteration(self):
        with llmbridge.Bridge(**fake(ENDLESS, slots=2, grace_ms=1000, max_tokens=5)) as bridge:
            for _ in bridge.ask_many(["hello"] * 100):
                break
            self.assertEqual(bridge.stats().calls_queued, 0)

    def test_statistics_count_calls_and_engines(self):
        with llmbridge.Bridge(**fake()) as bridge:
            bridge.ask("hello")
            with self.assertRaises(llmbridge.LlmError):
                bridge.ask("")
            stats = bridge.stats()
        self.assertEqual(stats.calls_ended, {"ok": 1})
        self.assertEqual((stats.engines_ready, stats.breaker), (1, "closed"))
        self.assertEqual(sum(count for _, count in stats.total_ms), 1)
        self.assertEqual([worker.state for worker in stats.workers], ["ready"])

    def test_events_tell_of_a_crash(self):
        with llmbridge.Bridge(**fake("signal 11@accept")) as bridge:
            with self.assertRaises(llmbridge.LlmError):
                bridge.ask("hello")
            events = bridge.events()
            failed = [event for event in events if event.kind == "call_failed"]
            self.assertEqual([event.status for event in failed], ["engine_crashed"])
            self.assertEqual(bridge.events(after=events[-1].sequence), [])

    def test_a_stream_that_was_left_is_closed(self):
        with llmbridge.Bridge(**fake(ENDLESS)) as bridge:
            with bridge.stream("hello") as pieces:
                next(pieces)
            with self.assertRaisesRegex(ValueError, "closed"):
                next(pieces)

    def test_a_stream_keeps_its_bridge_open(self):
        pieces = llmbridge.Bridge(**fake("pieces 3 1")).stream("hello")
        self.assertEqual("".join(pieces), "piece 1\npiece 2\npiece 3\n")

    def test_cancelling_ends_a_call_by_that_and_not_by_a_limit(self):
        with llmbridge.Bridge(**fake("pieces 1 0; hang", grace_ms=100, timeout_ms=8000, slots=1)) as bridge:
            pieces = bridge.stream("hello")
            next(pieces)
            threading.Timer(0.1, pieces.cancel).start()
            with self.assertRaises(llmbridge.LlmCancelledError):
                next(pieces)
            self.assertEqual(bridge.stats().calls_ended, {"cancelled": 1})

    def test_closing_a_stream_from_another_thread_ends_its_read_at_once(self):
        ends = []
        with llmbridge.Bridge(**fake("pieces 1 0; sleep 60000", timeout_ms=30000)) as bridge:
            for _ in range(10):
                pieces = bridge.stream("hello")
                next(pieces)
                threading.Timer(0.03, pieces.close).start()
                with self.assertRaises((llmbridge.LlmCancelledError, ValueError)) as caught:
                    next(pieces)
                ends.append(type(caught.exception))
            # A close that comes between two looks of the read finds the stream closed; else the read itself is ended.
            self.assertGreater(ends.count(llmbridge.LlmCancelledError), 5)
            self.assertEqual(set(bridge.stats().calls_ended), {"cancelled"})

    def test_a_slot_whose_stream_was_closed_is_free_again(self):
        with llmbridge.Bridge(**fake(ENDLESS, slots=1, timeout_ms=30000)) as bridge:
            for _ in range(3):
                pieces = bridge.stream("hello")
                next(pieces)
                pieces.close()
            worker = bridge.worker_pid
            self.assertEqual(bridge.ask("hello", max_tokens=1).text, "piece 1\n")
            self.assertEqual(bridge.worker_pid, worker)

    def test_closing_the_bridge_ends_calls_of_other_threads_as_cancelled(self):
        bridge = llmbridge.Bridge(**fake(ENDLESS))
        started, ended = threading.Event(), []

        def read():
            try:
                for _ in bridge.stream("hello"):
                    started.set()
            except llmbridge.LlmCancelledError as error:
                ended.append(error.code)

        reader = threading.Thread(target=read)
        reader.start()
        started.wait()
        bridge.close()
        reader.join()
        self.assertEqual(ended, ["cancelled"])
        with self.assertRaisesRegex(ValueError, "closed"):
            bridge.ask("hello")

    def test_ctrl_c_interrupts_a_call_that_gets_no_answer(self):
        # A shell's background job, which CI may be, is started with the signal ignored.
        program = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import llmbridge; s = llmbridge.stream('hello'); print(next(s), flush=True); list(s)"
        child = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": PACKAGES, "LLMBRIDGE_ENGINE": "fake", "LLMBRIDGE_COMMAND": "hang@piece:1; pieces 9 1"})
        child.stdout.readline()
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate()
        self.assertIn("KeyboardInterrupt", errors)


class KitTests(unittest.TestCase):
    def test_statuses_of_the_engine_kit_are_the_librarys(self):
        for name, number in llmbridge_engine.STATUSES.items():
            self.assertEqual(getattr(_status, name.upper()), number, name)
        self.assertEqual((llmbridge_engine.OK, llmbridge_engine.NOT_READY), (_status.OK, _status.NOT_READY))


class ForkTests(unittest.TestCase):
    def setUp(self):
        signal.alarm(WATCHDOG_S)
        os.environ["LLMBRIDGE_ENGINE"] = "fake"

    def tearDown(self):
        llmbridge.shutdown()
        del os.environ["LLMBRIDGE_ENGINE"]
        signal.alarm(0)

    def test_simple_calls_start_afresh_in_a_forked_child(self):
        self.assertEqual(llmbridge.ask("parent"), "parent")
        with multiprocessing.get_context("fork").Pool(2) as pool:
            self.assertEqual(pool.map(llmbridge.ask, ["one", "two", "three"]), ["one", "two", "three"])
        self.assertEqual(llmbridge.ask("parent again"), "parent again")

    def test_a_forked_child_lets_go_of_the_parents_engines(self):
        others = bells()
        llmbridge.ask("parent")
        parents = bells() - others
        self.assertTrue(parents)
        with multiprocessing.get_context("fork").Pool(1) as pool:
            self.assertEqual(pool.apply(bells) & parents, set())

    def test_simple_calls_start_afresh_in_a_child_that_c_code_forked(self):
        others = bells()
        self.assertEqual(llmbridge.ask("parent"), "parent")
        parents, pid = bells() - others, llmbridge.worker_pid()
        for held in (False, True):
            with self.subTest("while another thread makes its first simple call" if held else "while nobody calls"):
                self.assertEqual(in_c_forked_child(held, lambda: (
                    llmbridge.ask("child"), llmbridge.worker_pid() != pid, bells() & parents)), "('child', True, set())")
        self.assertEqual((llmbridge.ask("parent again"), llmbridge.worker_pid()), ("parent again", pid))

    def test_shutdown_in_a_child_that_c_code_forked_leaves_the_parents_engines(self):
        llmbridge.ask("parent")
        pid = llmbridge.worker_pid()
        self.assertEqual(in_c_forked_child(False, llmbridge.shutdown), "None")
        self.assertEqual((llmbridge.ask("parent again"), llmbridge.worker_pid()), ("parent again", pid))

    def test_a_bridge_of_the_parent_says_forked_in_the_child(self):
        with llmbridge.Bridge(**fake()) as bridge:
            bridge.ask("hello")
            with multiprocessing.get_context("fork").Pool(1, initializer=inherit, initargs=(bridge,)) as pool:
                with self.assertRaises(llmbridge.LlmForkedError) as caught:
                    pool.apply(ask_inherited)
            self.assertEqual(caught.exception.code, "forked")
            self.assertEqual(bridge.ask("still here").text, "still here")


def bells():
    """The pipes that this process has open; each engine rings its host by one."""
    links = [os.readlink(path) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return {link for link in links if link.startswith("pipe:")}


def in_c_forked_child(held, run):
    """What `run` gave in a child that was forked behind Python's back, as uWSGI's are; `held`: under the simple calls' lock."""
    reader, writer = os.pipe()
    lock = llmbridge.simple._own().lock if held else contextlib.nullcontext()
    with lock:
        pid = ctypes.PyDLL(None).fork()
        if pid == 0:
            try:
                os.write(writer, repr(run()).encode())
            except BaseException as error:
                os.write(writer, repr(error).encode())
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(pid, 0)
    return text


def inherit(bridge):
    global inherited
    inherited = bridge


def ask_inherited():
    return inherited.ask("hello").text


class AsyncTests(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        signal.alarm(WATCHDOG_S)

    def tearDown(self):
        signal.alarm(0)

    async def test_many_calls_run_at_once(self):
        async with llmbridge.AsyncBridge(**fake("sleep 2; echo", slots=8)) as bridge:
            prompts = [f"item {i}" for i in range(50)]
            replies = await asyncio.wait_for(asyncio.gather(*map(bridge.ask, prompts)), 40)
        self.assertEqual([reply.text for reply in replies], prompts)

    async def test_a_stream_whose_block_was_left_gives_its_slot_back(self):
        async with llmbridge.AsyncBridge(**fake("pieces 1000000 1", slots=1)) as bridge:
            async with bridge.stream("hello", max_tokens=1000000) as stream:
                self.assertEqual(await stream.__anext__(), "piece 1\n")
            self.assertEqual((await bridge.ask("next", max_tokens=1, timeout_ms=20000)).text, "piece 1\n")
            stream.close()  # it was kept until here: nothing but its block's end has closed it

    async def test_pieces_come_one_by_one(self):
        async with llmbridge.AsyncBridge(**fake("pieces 3 1")) as bridge:
            pieces = bridge.stream("hello")
            self.assertEqual([piece async for piece in pieces], ["piece 1\n", "piece 2\n", "piece 3\n"])
            self.assertEqual(pieces.details.finish_reason, "stop")

    async def test_vectors_and_tokens_come_too(self):
        async with llmbridge.AsyncBridge(**fake()) as bridge:
            vectors = await bridge.embed(["one", "two"])
            self.assertEqual(len(vectors), 2)
            self.assertEqual(vectors[0], await bridge.embed("one"))
            self.assertGreater(await bridge.count_tokens("one two"), 0)
            self.assertEqual("h\u00e9", await bridge.detokenize(await bridge.tokenize("h\u00e9")))

    async def test_a_cancelled_task_leaves_its_slot_to_others(self):
        async with llmbridge.AsyncBridge(**fake("hang@accept", slots=1, grace_ms=100)) as bridge:
            task = asyncio.create_task(bridge.ask("hello"))
            while bridge.worker_pid == 0:
                await asyncio.sleep(0.01)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

    async def test_a_cancelled_task_ends_its_call_as_cancelled(self):
        async with llmbridge.AsyncBridge(**fake("hang@accept", grace_ms=100, timeout_ms=8000)) as bridge:
            task = asyncio.create_task(bridge.ask("hello"))
            while bridge.stats().calls_active == 0:
                await asyncio.sleep(0.01)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            self.assertEqual(bridge.stats().calls_ended, {"cancelled": 1})

    async def test_nobody_is_waited_for_once_calls_have_ended(self):
        async with llmbridge.AsyncBridge(**fake("sleep 5; echo", slots=8)) as bridge:
            await asyncio.gather(*(bridge.ask(f"item {i}") for i in range(20)))
            self.assertEqual(bridge._pump._waiting, {})

    async def test_cancel_makes_the_iterator_raise(self):
        async with llmbridge.AsyncBridge(**fake(ENDLESS)) as bridge:
            pieces = bridge.stream("hello")
            with self.assertRaises(llmbridge.LlmCancelledError):
                async for _ in pieces:
                    pieces.cancel()

    async def test_closing_the_bridge_ends_calls_in_flight(self):
        bridge = llmbridge.AsyncBridge(**fake("hang@accept"))
        task = asyncio.create_task(bridge.ask("hello"))
        while bridge.worker_pid == 0:
            await asyncio.sleep(0.01)
        await bridge.close()
        with self.assertRaises(llmbridge.LlmCancelledError):
            await task

    async def test_the_time_limit_is_a_timeout_error(self):
        async with llmbridge.AsyncBridge(**fake("sleep 60000; echo", grace_ms=100)) as bridge:
            with self.assertRaises(TimeoutError):
                await bridge.ask("hello", timeout_ms=100)


if __name__ == "__main__":
    unittest.main()
