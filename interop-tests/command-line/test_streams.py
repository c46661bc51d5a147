"""The built command line and its standard streams: python3 -m unittest discover interop-tests/command-line.
COMMAND_LINE_UNDER_TEST names another program than artifacts/bin/llmbridge."""

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import termios
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("COMMAND_LINE_UNDER_TEST") or str(ROOT / "artifacts/bin/llmbridge")
WATCHDOG_S = 60
INVALID_ARGUMENT, INTERNAL = 11, 109


def run(*arguments, text=b"", shell_redirect=""):
    environment = {**os.environ, "LLMBRIDGE_ENGINE": "fake"}
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {shell_redirect}', "sh", PROGRAM, *arguments], input=text, capture_output=True,
        env=environment, timeout=WATCHDOG_S)


class StreamTests(unittest.TestCase):
    def test_a_closed_stdin_is_an_error(self):
        for command in (["ask", "-"], ["chat"]):
            ended = run(*command, shell_redirect="<&-")
            self.assertEqual(ended.returncode, INVALID_ARGUMENT, ended)
            self.assertEqual(ended.stderr, b"llmbridge: invalid_argument: stdin is closed\n")

    def test_a_closed_stdin_matters_to_nobody_who_does_not_read_it(self):
        ended = run("ask", "hello", shell_redirect="<&-")
        self.assertEqual((ended.returncode, ended.stdout), (0, b"hello\n"))

    def test_a_closed_stdout_is_an_error(self):
        for command in (["ask", "hello"], ["tokens", "hello"], ["doctor"]):
            ended = run(*command, shell_redirect=">&-")
            self.assertEqual(ended.returncode, INTERNAL, ended)
            self.assertEqual(ended.stderr, b"llmbridge: internal: stdout is closed: the output cannot be written\n")

    def test_a_closed_stderr_harms_no_answer(self):
        ended = run("ask", "hello", shell_redirect="2>&-")
        self.assertEqual((ended.returncode, ended.stdout), (0, b"hello\n"))

    def test_bytes_that_are_no_text_are_told_alike(self):
        for place, ended in {
            b"stdin is not UTF-8: byte 3": run("ask", "-", text=b"caf\xe9"),
            b"stdin is not UTF-8: byte 6": run("chat", text=b"ok\ncaf\xe9\n"),
            b"argument 2 is not UTF-8: byte 3": run("ask", b"caf\xe9"),
            b"argument 4 is not UTF-8: byte 0": run("ask", "hello", "--model", b"\xff.gguf"),
        }.items():
            self.assertEqual((ended.returncode, ended.stderr), (INVALID_ARGUMENT, b"llmbridge: invalid_argument: " + place + b"\n"))
        ended = run("ask", b"caf\xe9", "--json")
        self.assertEqual(json.loads(ended.stderr)["code"], "invalid_argument")

    def test_a_character_that_stands_for_invalid_ones_may_be_asked(self):
        self.assertEqual(run("ask", "caf\ufffd").stdout.decode(), "caf\ufffd\n")

    def test_signals_end_a_program_that_waits_for_stdin(self):
        for command in (["ask", "-"], ["chat"], ["invoke", "method", "-"]):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                with self.subTest(command=command, signal=number):
                    self.assertEqual(self.end_of(command, number), 128 + number)

    def end_of(self, command, number):
        child = subprocess.Popen(
            [PROGRAM, *command], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "LLMBRIDGE_ENGINE": "fake"},
            preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))  # CI may start us with it ignored
        try:
            os.write(child.stdin.fileno(), b"x")
            while unread(child.stdin):
                self.assertIsNone(child.poll())
            child.send_signal(number)
            return child.wait(WATCHDOG_S)
        finally:
            child.stdin.close()
            child.kill()
            child.wait()

    def test_times_have_units(self):
        for time, ended in (("1h", 0), ("500ms", 0), ("2m", 0), ("0.5h", 0), ("25h", INVALID_ARGUMENT), ("1x", INVALID_ARGUMENT)):
            with self.subTest(time):
                self.assertEqual(run("ask", "hello", "--timeout", time).returncode, ended)

    def test_doctor_fails_where_anything_failed(self):
        ended = run("doctor", "--engine", "llama", "--model", "/no/such", "--set", "fallback=fake")
        self.assertIn(b"FAIL model:", ended.stdout)
        self.assertNotEqual(ended.returncode, 0)


def unread(pipe):
    """How many bytes of what was written nobody has read yet."""
    size = ctypes.c_int()
    fcntl.ioctl(pipe, termios.FIONREAD, size)
    return size.value


if __name__ == "__main__":
    unittest.main()
