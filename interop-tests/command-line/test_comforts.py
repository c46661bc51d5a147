"""What makes the command line pleasant: python3 -m unittest discover interop-tests/command-line."""

import hashlib
import http.server
import json
import os
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from test_streams import INVALID_ARGUMENT, PROGRAM, WATCHDOG_S, run
from test_terminal import DEMO, HOSTILE, SHOWN, Screen

NOT_FOUND, WRONG_USAGE = 12, 2


class UsageTests(unittest.TestCase):
    def assert_says(self, hint, *arguments):
        ended = run(*arguments)
        self.assertEqual((ended.returncode, ended.stdout), (WRONG_USAGE, b""), ended)
        self.assertIn(hint, ended.stderr)

    def test_a_mistyped_verb_is_told_from_a_question(self):
        for typed, meant in (("aks", "ask"), ("docter", "doctor"), ("setings", "settings"), ("models?", "models")):
            self.assert_says(f"did you mean 'llmbridge {meant}'?".encode(), typed, "--json")
        self.assert_says(b'to ask something: llmbridge ask "..."', "What", "is", "2+2?")
        self.assert_says(b'to ask something: llmbridge ask "..."', "what is 2+2?")

    def test_an_empty_word_is_no_verb_and_no_crash(self):
        ended = run("")
        self.assertEqual((ended.returncode, ended.stdout), (WRONG_USAGE, b""), ended)
        self.assertNotIn(b"Exception", ended.stderr)

    def test_a_prompt_of_several_words_is_to_be_quoted(self):
        self.assert_says(b"is put in quotes", "ask", "What", "is", "2+2?")

    def test_settings_are_told_with_defaults_and_help(self):
        ended = run("settings", "slots")
        self.assertEqual(ended.stdout, b"slots\n    1 to 64 calls, default 4\n    How many calls a worker serves at once\n")
        self.assertIn(b"engine\n    llama, fake,", run("settings").stdout)
        self.assertIn("slots", [setting["name"] for setting in json.loads(run("settings", "--json").stdout)["settings"]])
        ended = run("settings", "frobnicate")
        self.assertEqual((ended.returncode, ended.stdout), (NOT_FOUND, b""))
        self.assertIn(b"'frobnicate'", ended.stderr)


class AskTests(unittest.TestCase):
    def test_what_is_piped_in_stands_behind_the_prompt(self):
        self.assertEqual(run("ask", "Sum this up:", text=b"first\nsecond\n").stdout, b"Sum this up:\n\nfirst\nsecond\n")
        self.assertEqual(run("ask", "Nothing more", text=b"").stdout, b"Nothing more\n")
        self.assertEqual(run("ask", "Nothing more", shell_redirect="</dev/null").stdout, b"Nothing more\n")

    def test_what_is_piped_in_has_to_be_utf8(self):
        ended = run("ask", "Sum this up:", text=b"first\xff")
        self.assertEqual((ended.returncode, ended.stdout), (INVALID_ARGUMENT, b""))
        self.assertIn(b"stdin is not UTF-8: byte 5", ended.stderr)

    def test_a_pipe_that_nobody_ends_is_named_as_what_is_waited_for(self):
        silent, ours = os.pipe()
        with os.fdopen(silent) as stdin, subprocess.Popen(
                [PROGRAM, "ask", "hello", "--engine", "fake"], stdin=stdin, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE) as child:
            self.assertIn(b"waiting for the end of stdin", child.stderr.readline())
            os.close(ours)
            self.assertEqual(child.communicate(timeout=WATCHDOG_S), (b"hello\n", b""))

    def test_options_of_an_answer_are_settings(self):
        for option, setting in (("--temperature", "temperature"), ("--max-tokens", "max_tokens"), ("--seed", "seed")):
            ended = run("ask", "hello", option, "1")
            self.assertEqual((ended.returncode, ended.stdout), (0, b"hello\n"), ended)
            ended = run("ask", "hello", option, "many")
            self.assertEqual(ended.returncode, INVALID_ARGUMENT)
            self.assertIn(setting.encode(), ended.stderr)
        self.assertEqual(run("ask", "hello", "--system", "Be brief.").returncode, 0)


class ModelTests(unittest.TestCase):
    """In a home folder of their own, as other tools fill it."""

    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)
        self.environment = {
            name: value for name, value in os.environ.items()
            if name not in ("HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME", "OLLAMA_MODELS", "LLAMA_CACHE")}
        self.environment["HOME"] = self.home.name

    def put(self, path, content=None, link=None):
        path = Path(self.home.name, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if link:
            path.symlink_to(link)
        elif content is None:
            path.symlink_to(DEMO)
        else:
            path.write_bytes(content)
        return path

    def put_ollama(self, name, digest=None):
        digest = digest or hashlib.sha256(name.encode()).hexdigest()
        layer = {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:" + digest}
        self.put(f".ollama/models/manifests/registry.ollama.ai/{name}", json.dumps({"layers": [layer]}).encode())
        return digest

    def run_at_home(self, *arguments):
        return subprocess.run(
            [PROGRAM, *arguments], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=WATCHDOG_S)

    def names(self):
        lines = self.run_at_home("models", "--json").stdout.splitlines()
        return {(model["name"], model["source"], model["problem"] is None) for model in map(json.loads, lines)}

    def test_models_of_all_caches_are_listed_and_found_by_name(self):
        hub = ".cache/huggingface/hub/models--someone--tiny"
        self.put(f"{hub}/blobs/abc")
        self.put(f"{hub}/snapshots/1/tiny-q8.gguf", link="../../blobs/abc")
        self.put(".lmstudio/models/someone/other/Other-Q4.gguf")
        self.put(".cache/llama.cpp/cached.gguf")
        self.put(f".ollama/models/blobs/sha256-{self.put_ollama('library/small/latest')}")
        self.assertEqual(
            self.names(),
            {("tiny-q8", "Hugging Face", True), ("Other-Q4", "LM Studio", True), ("cached", "llama.cpp", True),
             ("small:latest", "Ollama", True)})
        self.assertIn(b"small:latest\n    llama, ", self.run_at_home("models").stdout)
        for name in ("small", "small:latest", "TINY-Q8", "other"):
            ended = self.run_at_home("ask", "What is 2+2?", "-m", name)
            self.assertEqual((ended.returncode, ended.stdout), (0, b"2 + 2 = 4.\n"), ended)

    def test_a_name_that_may_be_several_models_is_refused_with_them(self):
        self.put(".lmstudio/models/a/b/twin-q4.gguf")
        self.put(".lmstudio/models/a/b/twin-q8.gguf", content=b"another file")
        ended = self.run_at_home("ask", "hello", "-m", "twin")
        self.assertEqual((ended.returncode, ended.stdout), (INVALID_ARGUMENT, b""))
        self.assertIn(b"twin-q4 (", ended.stderr)
        self.assertIn(b"twin-q8 (", ended.stderr)
        self.assertEqual(self.run_at_home("ask", "hello", "-m", "triplet").returncode, NOT_FOUND)

    def test_one_file_by_two_snapshots_is_one_model(self):
        hub = ".cache/huggingface/hub/models--someone--tiny"
        self.put(f"{hub}/blobs/abc")
        for snapshot in ("1", "2"):
            self.put(f"{hub}/snapshots/{snapshot}/tiny-q8.gguf", link="../../blobs/abc")
        self.put(f"{hub}/snapshots/2/tiny-renamed.gguf", link="../../blobs/abc")
        listed = self.run_at_home("models", "--json").stdout.splitlines()
        self.assertEqual([json.loads(line)["name"] for line in listed], ["tiny-q8", "tiny-renamed"])
        for name in ("tiny-q8", "tiny"):
            ended = self.run_at_home("ask", "What is 2+2?", "-m", name)
            self.assertEqual((ended.returncode, ended.stdout), (0, b"2 + 2 = 4.\n"), ended)

    def test_a_servers_model_is_named_as_the_server_names_it(self):
        self.put(f".ollama/models/blobs/sha256-{self.put_ollama('library/small/latest')}")
        asked = []

        class Server(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer({"data": [{"id": "small", "owned_by": "library"}]})

            def do_POST(self):
                asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.answer({"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]})

            def answer(self, said):
                body = json.dumps(said).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"url=http://127.0.0.1:{server.server_port}"
            ended = self.run_at_home("ask", "hello", "--engine", "http", "--set", url, "-m", "small")
            server.shutdown()
        self.assertEqual((ended.returncode, ended.stdout), (0, b"hi\n"), ended)
        self.assertEqual([question["model"] for question in asked], ["small"])

    def test_a_model_in_parts_is_one(self):
        for part in (1, 2, 3):
            self.put(f".lmstudio/models/a/b/big-0000{part}-of-00003.gguf")
        self.assertEqual([name for name, _, _ in self.names()], ["big-00001-of-00003"])

    def test_what_is_hostile_is_told_and_harms_nothing(self):
        self.put(f".lmstudio/models/{HOSTILE}.gguf", content=b"no model")
        self.put(".lmstudio/models/two\nlines.gguf", content=b"GGUF\x03\0\0\0" + b"\xff" * 64)
        os.mkfifo(self.put(".lmstudio/models/x", content=b"").with_name("fifo.gguf"))
        self.put(".lmstudio/models/around/in-a-circle", link="..")
        self.put(".lmstudio/models/dangling.gguf", link="nowhere")
        self.put_ollama("library/escape/latest", "../../../../etc/passwd")
        self.put_ollama("library/missing/latest")
        self.put(".ollama/models/manifests/registry.ollama.ai/library/junk/latest", b"[1, {")
        os.mkfifo(Path(self.home.name, ".ollama/models/manifests/registry.ollama.ai/library/junk/pipe"))
        self.put(".ollama/models/manifests/registry.ollama.ai/library/list/latest", b'{"layers":[1,null]}')
        found = self.names()
        self.assertEqual({good for _, _, good in found}, {False})
        self.assertLessEqual({HOSTILE, "two\nlines"}, {name for name, _, _ in found})
        listed = self.run_at_home("models")
        self.assertEqual(listed.returncode, 0)
        self.assertNotIn(b"two\nlines", listed.stdout)

    def test_hostile_names_do_not_steer_the_terminal(self):
        self.put(f"folder/{HOSTILE}.gguf", content=b"no model")
        screen = Screen(["models", str(Path(self.home.name, "folder"))])
        self.assertIn(SHOWN, screen.text)
        self.assertNotIn("\x1b", screen.text)

    def test_given_folders_are_looked_in_instead(self):
        self.put(".lmstudio/models/a/b/cached.gguf")
        self.put("mine/own.gguf")
        ended = self.run_at_home("models", str(Path(self.home.name, "mine")))
        self.assertIn(b"own\n", ended.stdout)
        self.assertNotIn(b"cached", ended.stdout)
        self.assertEqual(self.run_at_home("models", "/no/folder").returncode, INVALID_ARGUMENT)


if __name__ == "__main__":
    unittest.main()
