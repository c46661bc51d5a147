#!/usr/bin/env python3
"""A daemon that keeps values while it lives: with isolation=shared, what one program notes another one reads.

    llmbridge invoke note '["milk", "two"]' --isolation shared --engine jsonrpc --set "command=python3 $PWD/hosts/python/examples/remembering_daemon.py"
    llmbridge invoke read '["milk"]' --isolation shared --engine jsonrpc --set "command=python3 $PWD/hosts/python/examples/remembering_daemon.py"
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from llmbridge_daemon import Failure, method, run  # noqa: E402

values = {}


@method
def note(name, value):
    values[name] = value
    return value


@method
def read(name):
    """Its process may be another one than that which was told: a value that is not there is said not to be."""
    if name not in values:
        raise Failure(f"nobody has noted {name} since process {os.getpid()} started")
    return values[name]


run()
