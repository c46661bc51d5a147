"""The chat at a terminal: keys are sent, the screen is read. python3 -m unittest discover interop-tests/command-line."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unittest

from test_streams import PROGRAM, ROOT, WATCHDOG_S

# Says what it was told last; what it is asked for otherwise, it does.
DAEMON = """
import sys, time
sys.path.insert(0, sys.argv[1])
from llmbridge_daemon import cancelled, method, run

@method
def generate(prompt="", messages=(), **settings):
    said = messages[-1]["content"]
    if said == "go on":
        for piece in range(100000):
            yield f"piece {piece}\\n"
            time.sleep(0.02)
            if cancelled():
                return
    elif said == "hang":
        while not cancelled():
            time.sleep(0.02)
    elif said == "which?":
        yield f"{settings.get('system')} {settings.get('temperature')} {len(messages)}"
    else:
        yield said

run()
"""

UP, DOWN, RIGHT, LEFT, HOME, END, DELETE = (f"\x1b[{code}" for code in ("A", "B", "C", "D", "H", "F", "3~"))
CTRL_A, CTRL_C, CTRL_D, CTRL_E, CTRL_K, CTRL_U, CTRL_W, BACKSPACE = "\x01\x03\x04\x05\x0b\x15\x17\x7f"
COLUMNS = 60
SEQUENCE = re.compile("\x1b(?:\\[[?]?(?P<number>[0-9]*)[0-9;]*(?P<letter>[A-Za-z])|.)")


class Chat:
    """A chat on a terminal, whose screen is what a terminal makes of it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        daemon = os.path.join(self.folder.name, "daemon.py")
        with open(daemon, "w", encoding="utf-8") as file:
            file.write(DAEMON)
        command = json.dumps(["python3", daemon, str(ROOT / "hosts/python")])
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        self.child = subprocess.Popen(
            [PROGRAM, "chat", "--engine", "jsonrpc", "--set", "command=" + command], stdin=theirs, stdout=theirs, stderr=theirs,
            env={**os.environ, "TERM": "xterm"}, start_new_session=True,
            preexec_fn=lambda: (fcntl.ioctl(0, termios.TIOCSCTTY, 0), signal.signal(signal.SIGINT, signal.SIG_DFL)))
        os.close(theirs)
        self.rows, self.row, self.column, self.pending = [""], 0, 0, b""

    def __enter__(self):
        self.wait_for_prompt()
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
        os.close(self.ours)
        self.folder.cleanup()

    def send(self, keys):
        os.write(self.ours, keys.encode())

    def say(self, line):
        self.send(line + "\r")

    def wait_until(self, condition, what):
        watchdog = time.monotonic() + WATCHDOG_S
        while not condition():
            if time.monotonic() > watchdog:
                raise AssertionError(f"waited in vain for {what}; the screen:\n" + "\n".join(self.rows))
            if select.select([self.ours], [], [], 0.1)[0]:
                try:
                    self.draw(os.read(self.ours, 65536))
                except OSError:
                    if not condition():
                        raise AssertionError(f"it ended before {what}; the screen:\n" + "\n".join(self.rows)) from None

    def wait_for_prompt(self):
        self.wait_until(lambda: self.is_at("> "), "the prompt")

    def wait_for_more(self):
        """After what was typed, which stands in the row above."""
        begin = self.row
        self.wait_until(lambda: self.row > begin and self.is_at(". "), "the prompt for more")

    def wait_for_row(self, text):
        self.wait_until(lambda: text in self.rows, repr(text))

    def answer_to(self, line):
        """The rows between what is said and the next prompt."""
        begin = self.row + 1
        self.say(line)
        self.wait_until(lambda: self.row >= begin and self.is_at("> "), "an answer to " + repr(line))
        return self.rows[begin:self.row]

    def is_at(self, prompt):
        return self.rows[self.row] == prompt and self.column == len(prompt)

    def end(self, keys):
        self.send(keys)
        return self.child.wait(WATCHDOG_S)

    def draw(self, data):
        text, self.pending = decode(self.pending + data)
        at = 0
        while at < len(text):
            sequence = SEQUENCE.match(text, at)
            if sequence:
                self.obey(sequence["letter"] or "", int(sequence["number"] or 0))
                at = sequence.end()
                continue
            if text[at] == "\r":
                self.column = 0
            elif text[at] == "\n":
                self.row += 1
                self.rows += [""] * (self.row + 1 - len(self.rows))
            elif text[at] >= " ":
                row = self.rows[self.row].ljust(self.column)
                self.rows[self.row] = row[:self.column] + text[at] + row[self.column + 1:]
                self.column += 1
            at += 1

    def obey(self, letter, number):
        if letter == "A":
            self.row = max(self.row - max(number, 1), 0)
        elif letter == "K":
            self.rows[self.row] = "" if number == 2 else self.rows[self.row][:self.column]
        elif letter == "J":
            self.rows[self.row] = self.rows[self.row][:self.column]
            del self.rows[self.row + 1:]


def decode(data):
    """What can be decoded of it, and the rest: half a character."""
    for cut in range(4):
        try:
            return data[:len(data) - cut].decode(), data[len(data) - cut:]
        except UnicodeDecodeError:
            pass
    raise AssertionError(data)


class ChatTests(unittest.TestCase):
    def test_a_line_is_edited_by_the_keys_that_shells_have(self):
        with Chat() as chat:
            for keys, said in (
                    ("ello" + HOME + "h" + END + "!", "hello!"),
                    ("abXc" + LEFT + BACKSPACE, "abc"),
                    ("abXc" + LEFT + LEFT + DELETE, "abc"),
                    ("lost" + CTRL_U + "kept" + CTRL_A + RIGHT + CTRL_K + CTRL_E + "id", "kid"),
                    ("one two" + CTRL_W + "three", "one three"),
                    ("grüße 世界🙂" + LEFT + BACKSPACE + END + BACKSPACE + "!", "grüße 世!"),
                    ("x" * 3 * COLUMNS + HOME + "y", "y" + "x" * 3 * COLUMNS)):
                self.assertEqual(chat.answer_to(keys), [said])
            self.assertEqual(chat.end("/exit\r"), 0)

    def test_earlier_lines_come_back_and_what_was_begun_too(self):
        with Chat() as chat:
            chat.answer_to("first")
            chat.answer_to("second")
            self.assertEqual(chat.answer_to(UP + UP), ["first"])
            self.assertEqual(chat.answer_to("begun" + UP + UP + UP + DOWN + DOWN + DOWN + "!"), ["begun!"])
            self.assertEqual(chat.end(CTRL_D), 0)

    def test_ctrl_c_stops_the_answer_and_not_the_chat(self):
        with Chat() as chat:
            chat.say("go on")
            chat.wait_until(lambda: any(row.startswith("piece") for row in chat.rows), "the answer")
            chat.send(CTRL_C)
            chat.wait_for_row("llmbridge: stopped")
            chat.wait_for_prompt()
            chat.send("dropped" + CTRL_C)
            chat.wait_for_prompt()
            chat.send(CTRL_C)
            chat.wait_for_row("llmbridge: /exit or Ctrl+D ends the chat")
            chat.wait_for_prompt()
            self.assertEqual(chat.end(CTRL_D), 0)

    def test_a_hang_is_stopped_too_and_the_next_turn_works(self):
        with Chat() as chat:
            chat.say("hang")
            chat.wait_until(lambda: any("Thinking" in row or "Starting" in row for row in chat.rows), "the spinner")
            chat.send(CTRL_C)
            chat.wait_for_row("llmbridge: stopped")
            chat.wait_for_prompt()
            self.assertEqual(chat.answer_to("hello")[-1], "hello")
            self.assertEqual(chat.end(CTRL_D), 0)

    def test_several_lines_are_one_question(self):
        with Chat() as chat:
            chat.say("one \\")
            chat.wait_for_more()
            self.assertEqual(chat.answer_to("two"), ["one ", "two"])
            chat.say('"""')
            chat.wait_for_more()
            chat.say("a \\")
            chat.wait_for_more()
            chat.say("")
            chat.wait_for_more()
            self.assertEqual(chat.answer_to('"""'), ["a \\", ""])

    def test_commands_are_obeyed_and_not_asked(self):
        with Chat() as chat:
            self.assertIn("/save FILE", "\n".join(chat.answer_to("/help")))
            self.assertEqual(chat.answer_to("/frobnicate")[0][:36], "llmbridge: /frobnicate is no command")
            self.assertEqual(chat.answer_to("//help"), ["/help"])
            self.assertEqual(chat.answer_to("/etc/hosts?"), ["/etc/hosts?"])
            self.assertEqual(chat.answer_to("/set temperature=1"), [])
            self.assertIn("temperature", "".join(chat.answer_to("/set temperature=hot")))
            self.assertIn("frobnicate", "".join(chat.answer_to("/set frobnicate=1")))
            self.assertIn("llmbridge chat --set slots=2", "".join(chat.answer_to("/set slots=2")))
            self.assertEqual(chat.answer_to("/set"), ["llmbridge: /set needs NAME=VALUE"])
            self.assertEqual(chat.answer_to("/system Be brief."), [])
            self.assertEqual(chat.answer_to("which?"), ["Be brief. 1 5"])

    def test_a_conversation_is_cleared_and_saved_to_new_files_only(self):
        with tempfile.TemporaryDirectory() as folder, Chat() as chat:
            path = os.path.join(folder, "said.json")
            chat.answer_to("forgotten")
            chat.answer_to("/clear")
            chat.answer_to("kept")
            self.assertEqual(chat.answer_to("/save " + path), [])
            with open(path, encoding="utf-8") as file:
                self.assertEqual(
                    json.load(file), [{"role": "user", "content": "kept"}, {"role": "assistant", "content": "kept"}])
            self.assertIn("exists", "".join(chat.answer_to("/save " + path)))

    def test_sigterm_ends_it_at_the_prompt(self):
        with Chat() as chat:
            chat.child.send_signal(signal.SIGTERM)
            self.assertEqual(chat.child.wait(WATCHDOG_S), 143)


if __name__ == "__main__":
    unittest.main()
