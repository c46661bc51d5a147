"""A Python host that forks by multiprocessing after it has used the library: the workers call, and so does the parent.

    multiprocessing_test.py LIBRARY HOME
"""
import ctypes
import faulthandler
import multiprocessing
import os
import subprocess
import sys
import threading

WORKERS = 4
CALLS = 25


def load(path):
    library = ctypes.CDLL(path)
    library.llmb_call_llm.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p)]
    library.llmb_free.argtypes = [ctypes.c_void_p]
    library.llmb_shutdown.restype = None
    return library


def take(library, pointer):
    text = ctypes.string_at(pointer.value).decode() if pointer.value else None
    library.llmb_free(pointer)
    return text


def ask(prompt):
    answer, error = ctypes.c_void_p(), ctypes.c_void_p()
    LIBRARY.llmb_call_llm(prompt.encode(), ctypes.byref(answer), ctypes.byref(error))
    problem = take(LIBRARY, error)
    if problem is not None:
        raise RuntimeError(problem)
    return take(LIBRARY, answer)


def work(number):
    prompts = [f"worker {number} prompt {i} é" for i in range(CALLS)]
    return [ask(prompt) for prompt in prompts] == prompts


def ask_many(failures):
    for i in range(CALLS):
        if ask(f"parent {i}") != f"parent {i}":
            failures.append(i)


def main():
    faulthandler.dump_traceback_later(100, exit=True)  # the watchdog
    assert ask("before") == "before"
    failures = []
    thread = threading.Thread(target=ask_many, args=(failures,))
    thread.start()
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        results = pool.map(work, range(2 * WORKERS), chunksize=1)
    thread.join()
    assert all(results) and not failures, (results, failures)
    assert ask("after") == "after"
    # What Python says of its own children stays true.
    for code in (0, 7, 255):
        assert subprocess.run([sys.executable, "-c", f"import sys; sys.exit({code})"]).returncode == code
    LIBRARY.llmb_shutdown()
    print("ok   host__of_python_that_forks_by_multiprocessing_is_served")


os.environ.update(LLMBRIDGE_ENGINE="fake", LLMBRIDGE_HOME=sys.argv[2], LLMBRIDGE_COMMAND="echo")
LIBRARY = load(sys.argv[1])

if __name__ == "__main__":
    main()
