"""/usr/bin/python3 -m unittest discover hosts/python/tests -p test_kernel.py, with LLMBRIDGE_LIBRARY set. Needs Debian's
python3-ipykernel, python3-jupyter-kernel-test, jupyter-nbconvert and jupyter-console; tests that lack one are skipped."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PACKAGES = str(Path(__file__).resolve().parents[1])
NOTEBOOK = Path(PACKAGES) / "examples" / "conversation.ipynb"
sys.path.insert(0, PACKAGES)

try:
    import ipykernel  # noqa: F401
    import jupyter_kernel_test
    from jupyter_client.manager import start_new_kernel
    MISSING = ""
except ImportError as error:
    jupyter_kernel_test, MISSING = None, f"{error.name} is not installed for {sys.executable}"

WATCHDOG_S = 120
OUTSIDE = dict(os.environ)
ENDLESS = "pieces 1000000 5"


class Place:
    """A home for Jupyter, shared engines and sessions, which is gone after it. The settings are in the environment."""

    spec = ""  # of the kernel, which is installed once

    def __init__(self, **settings):
        self.folder = tempfile.mkdtemp(prefix="llmbridge-kernel-")
        runtime = os.path.join(self.folder, "run")
        os.mkdir(runtime, 0o700)
        self.environment = {
            **OUTSIDE, "HOME": self.folder, "XDG_RUNTIME_DIR": runtime, "JUPYTER_DATA_DIR": self.folder + "/data",
            "JUPYTER_RUNTIME_DIR": self.folder + "/runtime", "JUPYTER_CONFIG_DIR": self.folder + "/config",
            "IPYTHONDIR": self.folder + "/ipython", "XDG_STATE_HOME": self.folder + "/state", "PYTHONPATH": PACKAGES}
        self.environment.update({f"LLMBRIDGE_{name.upper()}": str(value) for name, value in settings.items()})
        self.saved = dict(os.environ)
        os.environ.clear()
        os.environ.update(self.environment)
        if not Place.spec:
            place = self.run("-m", "llmbridge.kernel", "install").strip()
            Place.spec = Path(place, "kernel.json").read_text()
        kernel = Path(self.folder, "data", "kernels", "llmbridge")
        kernel.mkdir(parents=True, exist_ok=True)
        Path(kernel, "kernel.json").write_text(Place.spec)

    def run(self, *arguments):
        done = subprocess.run([sys.executable, *arguments], env=self.environment, capture_output=True, text=True,
                              timeout=WATCHDOG_S)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def close(self):
        os.environ.clear()
        os.environ.update(self.saved)
        shutil.rmtree(self.folder)


class Front:
    """A kernel and its front end."""

    def __init__(self, manager, client):
        self.manager, self.client = manager, client

    @classmethod
    def start(cls):
        return cls(*start_new_kernel(kernel_name="llmbridge", startup_timeout=WATCHDOG_S))

    def run(self, code, on_output=lambda message: None):
        """The reply, the text that was streamed, and all outputs."""
        outputs = []

        def take(message):
            outputs.append(message)
            on_output(message)

        reply = self.client.execute_interactive(code, output_hook=take, timeout=WATCHDOG_S, allow_stdin=False)
        text = "".join(m["content"]["text"] for m in outputs if m["msg_type"] == "stream")
        return reply["content"], text, outputs

    def result(self, code):
        content, _, outputs = self.run(code)
        assert content["status"] == "ok", content
        return "".join(m["content"]["data"]["text/plain"] for m in outputs if m["msg_type"] == "execute_result")

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()


@unittest.skipIf(MISSING, MISSING)
class ProtocolTest(jupyter_kernel_test.KernelTests if jupyter_kernel_test else unittest.TestCase):
    """Jupyter's own tests of kernels."""

    kernel_name = "llmbridge"
    language_name = "text"
    file_extension = ".txt"
    code_hello_world = "hello, world"
    code_generate_error = "%nothing"
    code_execute_result = [{"code": "%embed a\n"}, {"code": "%help"}, {"code": "%set", "result": "nothing is set"}]
    completion_samples = [
        {"text": "%se", "matches": {"%set", "%session"}},
        {"text": "%set tempera", "matches": {"temperature="}},
        {"text": "%set expect=", "matches": {"text", "json"}},
        {"text": "a question", "matches": set()},
    ]
    complete_code_samples = ["Who are you?", "%help"]
    incomplete_code_samples = [""]

    @classmethod
    def setUpClass(cls):
        cls.place = Place(engine="fake", isolation="pool")
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.place.close()


@unittest.skipIf(MISSING, MISSING)
class KernelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = Place(isolation="pool", engine="fake")
        cls.fake = Front.start()
        cls.addClassCleanup(place.close)
        cls.addClassCleanup(cls.fake.close)

    def open(self, **settings):
        place = Place(isolation="pool", **settings)
        self.addCleanup(place.close)
        front = Front.start()
        self.addCleanup(front.close)
        return front

    def test_a_setting_holds_for_the_next_cells(self):
        front = self.open()
        self.assertEqual(front.run("%set max_tokens=3")[0]["status"], "ok")
        short = front.run("Who are you?")[1]
        self.assertEqual(front.result("%set"), "max_tokens=3")
        front.run("%reset")
        self.assertTrue(front.run("Who are you?")[1].startswith(short))
        self.assertEqual(front.result("%set"), "nothing is set")

    def test_what_is_wrong_is_named(self):
        front = self.fake
        for code, named in [("%set temprature=1", "temprature"), ("%set temperature=hot", "temperature"),
                            ("%schema {", "%schema"), ("%tools {", "%tools"), ("%embed", "%embed"),
                            ("%schema /nowhere/a.json", "/nowhere/a.json"), ("%schema /dev/null", "%schema"),
                            ("%schema ~nobody-here/x", "home"), ("%tools " + "[" * 100000, "recursion"),
                            ("%session ../x\nhello", "session")]:
            content, _, _ = front.run(code)
            self.assertEqual(content["status"], "error", code)
            self.assertIn(named, content["evalue"])

    def test_an_answer_keeps_its_schema_or_is_an_error(self):
        front = self.fake  # which answers with the conversation, as JSON
        self.assertIn("17", front.run('%schema {"type":"array"}\n17')[1])
        self.assertEqual(front.run('%schema {"type":"integer"}\n17')[0]["ename"], "output_invalid")
        self.assertIn("18", front.run("%schema off\n18")[1])

    def test_a_function_that_the_model_calls_is_shown_and_answered_by_the_next_cell(self):
        front = self.open(engine="fake", command='say Let me see.; tool weather {"city":"Rome"}')
        tools = '[{"type":"function","function":{"name":"weather"}}]'
        content, text, shown = front.run(f"%tools {tools}\nIs it wet in Rome?")
        self.assertEqual((content["status"], text), ("ok", "Let me see."), content)
        self.assertIn('weather({"city": "Rome"})   %result call_1', str(shown))
        self.assertEqual(front.run("%result call_1\nwet")[0]["status"], "ok")
        self.assertEqual(front.result("%session").split(": ")[1], "2 turns")

    def test_results_of_several_calls_stand_in_one_cell(self):
        front = self.fake  # which answers with the conversation, as JSON
        messages = json.loads(front.run("%result a\nwet\nand cold\n%result b\nnone")[1])[-2:]
        self.assertEqual([message["role"] for message in messages], ["tool", "tool"])
        self.assertEqual([message["tool_call_id"] for message in messages], ["a", "b"])
        self.assertEqual([message["content"] for message in messages], ["wet\nand cold", "none"])

    def test_embeddings_are_shown_with_their_cosines(self):
        front = self.open(engine="hash")
        shown = front.result("%embed\na red fox\na red fox\ntax forms")
        self.assertTrue(shown.startswith("3 x "), shown)
        self.assertIn("+1.00 +1.00", shown)

    def test_a_magic_after_a_prompt_is_text(self):
        self.assertIn("tell me\\n%set", self.fake.run("tell me\n%set")[1])

    def test_an_interrupt_ends_the_answer_and_the_next_cell_is_answered(self):
        front = self.open(engine="fake", command=ENDLESS, output_bytes=1 << 26)
        sent = []

        def interrupt(message):
            if message["msg_type"] == "stream" and not sent:
                sent.append(True)
                front.manager.interrupt_kernel()

        content, _, _ = front.run("go on", interrupt)
        self.assertEqual(content["ename"], "KeyboardInterrupt")
        self.assertIn("1 cancelled", front.result("%stats"))

    def test_a_session_outlives_its_kernel(self):
        front = self.open()
        front.run("What is 2+2?")
        name = front.result("%session").split(":")[0]
        front.manager.restart_kernel(now=True)
        front.client.wait_for_ready(timeout=WATCHDOG_S)
        self.assertEqual(front.result("%session"), f"{name}: 1 turns")
        other = Front.start()
        self.addCleanup(other.close)
        other.run(f"%session {name}\nWho are you?")
        self.assertEqual(front.result("%session"), f"{name}: 2 turns")

    def test_an_engine_that_is_killed_in_mid_cell_changes_no_byte(self):
        front = self.open()
        story = "%set temperature=1\n%set seed=5\nTell me a story"
        _, whole, _ = front.run(story)
        front.run("%reset")
        killed = []

        def kill(message):
            if message["msg_type"] == "stream" and not killed:
                killed.append(True)
                for engine in _engines_below(front.manager.provisioner.pid):
                    os.kill(engine, signal.SIGKILL)

        content, again, _ = front.run(story, kill)
        self.assertEqual(content["status"], "ok", content)
        self.assertEqual(again, whole)
        self.assertIn("1 crashed", front.result("%stats"))

    def test_a_load_that_takes_a_while_is_shown_in_one_place(self):
        front = self.open(engine="fake", command="slow_start 1500; echo")
        _, text, outputs = front.run("hello")
        self.assertIn("hello", text)
        kinds = [m["msg_type"] for m in outputs if "display_data" in m["msg_type"]]
        self.assertEqual(kinds[0], "display_data")
        self.assertEqual(set(kinds[1:]), {"update_display_data"})
        self.assertEqual(len({m["content"]["transient"]["display_id"] for m in outputs if "display" in m["msg_type"]}), 1)

    def test_a_notebook_is_executed(self):
        if shutil.which("jupyter-nbconvert") is None:
            self.skipTest("jupyter-nbconvert is not installed")
        place = Place(isolation="pool")
        self.addCleanup(place.close)
        place.run("-m", "nbconvert", "--execute", "--to", "notebook", "--output-dir", place.folder, str(NOTEBOOK))
        cells = json.loads(Path(place.folder, NOTEBOOK.name).read_text())["cells"]
        texts = ["".join(o["text"]) for cell in cells for o in cell.get("outputs", []) if o["output_type"] == "stream"]
        self.assertEqual(texts[0], "2 + 2 = 4.")

    def test_a_kernel_of_ones_own_says_where_it_is(self):
        if shutil.which("jupyter-console") is None:
            self.skipTest("jupyter-console is not installed")
        place = Place(isolation="pool")
        self.addCleanup(place.close)
        kernel = subprocess.Popen(
            [sys.executable, "-m", "llmbridge.kernel", "start", "--set", "engine=fake"],
            stdout=subprocess.PIPE, env=place.environment, text=True)
        try:
            file = kernel.stdout.readline().strip()
            console = subprocess.run(
                ["jupyter-console", "--existing", file, "--simple-prompt"], input="hello there\nexit\n", text=True,
                capture_output=True, env=place.environment, timeout=WATCHDOG_S)
            self.assertIn("hello there", console.stdout.split("In [1]", 1)[-1], console.stderr)
        finally:
            kernel.terminate()
            kernel.wait(WATCHDOG_S)
            kernel.stdout.close()


def _engines_below(pid):
    """The engines that the keeper of this process has started: the keeper is no child of its host, but knows it by a
    pidfd."""
    keepers = [int(p) for p in os.listdir("/proc") if p.isdigit() and _name(p).startswith("llmbridge-keepe")
               and _watches(p, pid)]
    return [int(p) for p in os.listdir("/proc") if p.isdigit() and _name(p).startswith("llmbridge-engin")
            and _parent(p) in keepers]


def _name(pid):
    return _read(f"/proc/{pid}/comm")


def _parent(pid):
    return next((int(line.split()[1]) for line in _read(f"/proc/{pid}/status").splitlines()
                 if line.startswith("PPid:")), 0)


def _watches(keeper, pid):
    try:
        files = os.listdir(f"/proc/{keeper}/fdinfo")
    except OSError:
        return False
    return any(f"Pid:\t{pid}\n" in _read(f"/proc/{keeper}/fdinfo/{file}") for file in files)


def _read(path):
    try:
        return Path(path).read_text()
    except OSError:
        return ""  # the process has ended


if __name__ == "__main__":
    unittest.main()
