"""An OpenAI-compatible server that behaves as its model's name says. Prints its address, and ends with its input."""

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAUSE_S = 0.02


def event(delta, finish=None):
    chunk = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return f"data: {json.dumps(chunk)}\n\n".encode()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def begin(self, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def do_GET(self):
        self.begin("application/json")
        self.wfile.write(b'{"data": [{"id": "answers", "owned_by": "conformance"}]}')

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/v1/embeddings":
            texts = enumerate(body["input"])
            vectors = [[len(text)] + [text.count(letter) for letter in "abcdefg"] for _, text in texts]
            data = [{"index": i, "embedding": vector} for i, vector in enumerate(vectors)]
            self.begin("application/json")
            self.wfile.write(json.dumps({"data": data}).encode())
            return
        try:
            self.begin("text/event-stream")
            self.answer(body["model"], body["messages"][-1]["content"])
        except OSError:
            pass  # the client has gone

    def answer(self, behaviour, prompt):
        if behaviour in ("pieces", "endless"):
            for number in range(5 if behaviour == "pieces" else 10**9):
                self.wfile.write(event({"content": f"piece {number + 1}\n"}))
                time.sleep(PAUSE_S)
        elif behaviour == "crashes":
            self.wfile.write(event({"content": "cut"}))
            return
        elif behaviour == "hangs":
            self.wfile.write(event({"content": "silence"}))
            self.connection.recv(1)  # until the client has gone
            return
        elif behaviour == "floods":
            self.wfile.write(event({"content": "x" * 100000}))
        elif behaviour == "bad_utf8":
            self.wfile.write(event({"content": "good BAD bad"}).replace(b"BAD", b"\xff\xfe"))
        else:
            self.wfile.write(event({"content": prompt}))
        self.wfile.write(event({}, "stop") + b"data: [DONE]\n\n")


def end_with_input():
    sys.stdin.read()
    os._exit(0)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=end_with_input, daemon=True).start()
print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
