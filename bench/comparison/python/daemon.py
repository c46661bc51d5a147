"""The simplest daemon that there is: a JSON-RPC request a line on stdin, its answer a line on stdout, one at a time."""
import json
import sys

from baseline import Baseline

llm = Baseline(sys.argv[1], sys.argv[2], int(sys.argv[3]))

for line in sys.stdin:
    request = json.loads(line)
    result = getattr(llm, request["method"])(**request["params"])
    print(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}), flush=True)
