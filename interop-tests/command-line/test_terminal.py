"""What the command line shows on a terminal of what others said: python3 -m unittest discover interop-tests/command-line."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unittest
from pathlib import Path

from test_streams import PROGRAM, ROOT, WATCHDOG_S, run

DEMO = ROOT / "models/demo/demo.gguf"
NAME_KEY = b"general.name" + (8).to_bytes(4, "little") + (29).to_bytes(8, "little")  # a string, and its size
# Sets the title, clears, C1's CSI, DEL, carriage return, and what turns a line around.
HOSTILE = "a\x1b]0;owned\x07\x1b[2Jb\x9b31mc\x7fd\re\u202eevil\u2066f\u061cg"
SHOWN = r"a\u001b]0;owned\u0007\u001b[2Jb\u009b31mc\u007fd\u000de\u202eevil\u2066f\u061cg"
FOREIGN = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]

DAEMON = r"""
import json, sys
for line in sys.stdin:
    words = "x\x1b]0;owned\x07\x9b31m\u202ey\nllmbridge: fine"
    print(json.dumps({"jsonrpc": "2.0", "id": json.loads(line).get("id"), "error": {"code": 1, "message": words}}), flush=True)
"""


class Screen:
    """A program with some of its standard streams on a terminal, and what it wrote there; the others are pipes."""

    def __init__(self, arguments, on_terminal=(1, 2), term="dumb", until=None):
        ours, theirs = pty.openpty()
        os.set_blocking(ours, False)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 250, 0, 0))
        child = subprocess.Popen(
            [PROGRAM, *arguments], stdin=subprocess.DEVNULL, env={**os.environ, "TERM": term, "LLMBRIDGE_ENGINE": "fake"},
            stdout=theirs if 1 in on_terminal else subprocess.PIPE, stderr=theirs if 2 in on_terminal else subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        os.close(theirs)
        shown = b""
        try:
            for piece in pieces_from(ours):
                shown += piece
                if until and until in shown:
                    child.send_signal(signal.SIGINT)
                    until = None
            self.out, self.errors = (s.read() if s else b"" for s in (child.stdout, child.stderr))
            self.status = child.wait(WATCHDOG_S)
        finally:
            child.kill()
            child.wait()
            os.close(ours)
            for stream in (child.stdout, child.stderr):
                if stream:
                    stream.close()
        self.text = shown.decode().replace("\r\n", "\n")  # the terminal's own doing


def pieces_from(terminal):
    """What is written to a terminal until nobody has it open any more."""
    watchdog = time.monotonic() + WATCHDOG_S
    while time.monotonic() < watchdog:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            return
        if not piece:
            return
        yield piece
    raise AssertionError("nothing ended")


class TerminalTests(unittest.TestCase):
    def assert_tame(self, text):
        self.assertEqual([c for c in FOREIGN if c in text and c not in "\n\t"], [], text)

    def test_an_answer_on_a_terminal_is_shown_and_not_obeyed(self):
        for arguments in (["ask", HOSTILE], ["ask", HOSTILE, "--set", "command=pieces 40 0"]):
            screen = Screen(arguments)
            self.assertEqual(screen.status, 0, screen.text)
            self.assert_tame(screen.text)
        self.assertIn(SHOWN + "\n", Screen(["ask", HOSTILE]).text)

    def test_lines_and_tabs_and_letters_stay_as_they_are(self):
        text = "eins\n\tzwei\u00a0\u00e9\u4e2d\U0001f600 \u05d0\u05d1"
        self.assertIn(text + "\n", Screen(["ask", text]).text)

    def test_json_on_a_terminal_means_what_it_means_in_a_pipe(self):
        screen = Screen(["ask", HOSTILE, "--json"], on_terminal=(1,))
        self.assert_tame(screen.text)
        self.assertEqual(json.loads(screen.text)["text"], HOSTILE)

    def test_a_pipe_gets_the_bytes(self):
        self.assertEqual(run("ask", HOSTILE).stdout, (HOSTILE + "\n").encode())
        self.assertEqual(Screen(["ask", HOSTILE], on_terminal=(2,)).out, (HOSTILE + "\n").encode())
        self.assertIn("\u202eevil".encode(), run("ask", "hello", "--set", HOSTILE).stderr)

    def test_an_error_names_what_it_names_without_obeying_it(self):
        for arguments in (
                ["ask", "hello", "--engine", "llama", "--model", "/no/" + HOSTILE],
                ["ask", "hello", "--engine", "llama", "--model", "/no/" + HOSTILE, "--json"],
                ["ask", "hello", "--set", HOSTILE + "=1"],
                ["ask", "hello", "--set", HOSTILE],
                ["ask", "hello", "--" + HOSTILE],
                [HOSTILE]):
            screen = Screen(arguments)
            with self.subTest(arguments=arguments):
                self.assertNotEqual(screen.status, 0)
                self.assert_tame(screen.text)

    def test_a_programs_last_words_are_shown_and_not_obeyed(self):
        screen = Screen(
            ["ask", "hello", "--engine", "exec", "--set", r"""command=["sh","-c","printf 'x\\342\\200\\256y\\n' >&2; exit 3"]"""])
        self.assertIn(r"x\u202ey", screen.text)
        self.assert_tame(screen.text)

    def test_a_daemons_error_forges_no_line(self):
        with Daemon() as command:
            for screen in (Screen(["ask", "hello", *command]), Screen(["invoke", "method", "[]", *command])):
                self.assertIn("the daemon says: x", screen.text)
                self.assertNotIn("\nllmbridge: fine", screen.text)
                self.assert_tame(screen.text)

    def test_a_models_name_neither_steers_the_terminal_nor_forges_a_line_of_doctor(self):
        demo = DEMO.read_bytes()
        begin = demo.index(NAME_KEY) + len(NAME_KEY)
        size = int.from_bytes(demo[begin - 8:begin], "little")
        forged = "x\x1b\u202e\nok   sandbox: fine".encode()
        self.assertLessEqual(len(forged), size)  # it keeps its size, so that all behind it stays where it was
        with tempfile.TemporaryDirectory() as folder:
            model = os.path.join(folder, "forged.gguf")
            Path(model).write_bytes(demo[:begin] + forged.ljust(size) + demo[begin + size:])
            screen = Screen(["doctor", "--engine", "llama", "--model", model])
            self.assert_tame(screen.text)
            self.assertIn(r"\u001b", screen.text)
            self.assertIn(r"\u000a", screen.text)
            piped = run("doctor", "--engine", "llama", "--model", model).stdout
            self.assertIn(b"\x1b", piped)
            self.assertNotIn(b"\nok   sandbox: fine", piped)

    def test_doctors_live_view_has_only_sequences_of_its_own(self):
        with Daemon() as command:
            for term in ("xterm", "dumb"):
                screen = Screen(["doctor", "--watch", "--interval", "0.2", *command], term=term, until=rb"\u202ey")
                self.assertIn(r"\u000allmbridge: fine", screen.text)
                self.assertEqual([c for c in ("\x1b]0;", "\x07", "\x9b", "\u202e") if c in screen.text], [])


class Daemon:
    """A daemon whose errors steer whoever obeys them: the command line's options for it."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        program = Path(self.folder.name, "daemon.py")
        program.write_text(DAEMON)
        return ["--engine", "jsonrpc", "--set", f"command=python3 {program}"]

    def __exit__(self, *_):
        self.folder.cleanup()


if __name__ == "__main__":
    unittest.main()
