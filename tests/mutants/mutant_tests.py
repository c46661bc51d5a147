"""Runs the tests that have to notice a mutant, and says how each ended."""

import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
TEST_LIMIT_S = 240  # of one entry of a mutant's `tests`; a single test has its own watchdog
HARNESS_LIMIT_S = 60  # longer than the default limit of a call: what hangs is told by an assertion then
END_LIMIT_MS = 40000  # longer than three unanswered pings of an idle daemon, the slowest end that is waited for
DOTNET_PROJECTS = {"dotnet": "interop-tests/LlmBridge.InteropTests", "embeddings": "interop-tests/LlmBridge.EmbeddingTests"}
# What a failed check says, best first; then what is said where none was made.
SAID_OF_ASSERTION = [r"^.*(: not true: |, expected |, lacks \").*$", r"^.*(AssertionError|Assert\.\w+ failed).*$",
                     r"^\s*error: .*$"]
SAID_OTHERWISE = [("hang", r"^.*(WATCHDOG|\*\*\*Timeout).*$"), ("crash", r"^.*(\*\*\*Exception).*$")]
MADE = re.compile(r"llama\.make_(\w+) \.+ +Passed")
DRIVERS = {
    "luajit": ["luajit", "interop-tests/drivers/luajit/driver.lua"],
    "ruby": ["ruby", "interop-tests/drivers/ruby/driver.rb"],
    "python": ["python3", "-B", "interop-tests/drivers/python/driver.py"],
    "node": ["node", "interop-tests/drivers/node/driver.mjs"],
    "cpp": None,  # compiled
}


def adopt_orphans():
    """What tests leave behind becomes this process's child, and can be ended by it."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def end_descendants():
    """Ends all that is below this process; how many there were."""
    count = 0
    for _ in range(100):
        below = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and _is_below(int(pid))]
        for pid in below:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        count += len(below)
        try:
            while os.waitpid(-1, os.WNOHANG)[0] > 0:
                pass
        except ChildProcessError:
            pass
        if not below:
            break
        time.sleep(0.02)
    return count


def _is_below(pid):
    me = os.getpid()
    for _ in range(64):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            return False
        if fields[0] == "Z":
            return False
        pid = int(fields[1])
        if pid == me:
            return True
        if pid <= 1:
            return False
    return False


class Outcome:
    """How one test ended: passed, assertion, crash or hang; and what it said."""

    def __init__(self, kind, said):
        self.kind, self.said = kind, said


def _run(command, tree, variables, limit_s=TEST_LIMIT_S):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LLMBRIDGE_")}
    environment |= {"LLMBRIDGE_LIBRARY": str(tree.native / "lib/libllmbridge.so"), "LLMB_TEST_LIMIT_S": str(HARNESS_LIMIT_S),
                    "LLMB_TEST_END_MS": str(END_LIMIT_MS)} | variables
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, cwd=tree.path, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        try:
            status, late = child.wait(limit_s), False
        except subprocess.TimeoutExpired:
            status, late = -1, True
        end_descendants()
        output.seek(0)
        said = output.read().decode(errors="replace")
    return status, late, said


def _outcome(status, late, said):
    if status == 0 and not late:
        return Outcome("passed", said)
    for pattern in SAID_OF_ASSERTION:
        if found := re.search(pattern, said, re.M):
            return Outcome("assertion", found.group(0).strip())
    for kind, pattern in SAID_OTHERWISE:
        if found := re.search(pattern, said, re.M):
            return Outcome(kind, found.group(0).strip())
    if late or status == -signal.SIGALRM:
        return Outcome("hang", f"not at its end in time: {said.strip()[-200:]}")
    return Outcome("crash" if status < 0 else "assertion", said.strip()[-200:])


def _ctest(name, tree, build):
    names = [row for row in tree.programs() if re.fullmatch(name, row)]
    if not names:
        raise LookupError(f"no test of CTest is called {name}")
    if build:
        tree.build_programs(names)
    command = ["ctest", "--test-dir", str(tree.native), "-R", f"^({name})$", "--output-on-failure", "--no-tests=error",
               "--timeout", str(TEST_LIMIT_S), "--stop-on-failure"]
    makes_models = name.startswith("llama") and not tree.fixtures
    limit_s = 4 * TEST_LIMIT_S if makes_models else TEST_LIMIT_S
    if tree.fixtures:  # made before, by this very run; nothing here changes them
        command += ["--fixture-exclude-setup", "|".join(sorted(tree.fixtures))]
    ended = _run(command, tree, {}, limit_s)
    tree.fixtures |= {f"llama_{made}" for made in MADE.findall(ended[2])}
    return _outcome(*ended)


def _python(name, tree, build):
    if build:
        tree.build_hosts()
    return _outcome(*_run(["python3", "-B", "-m", "unittest", "discover", "hosts/python/tests", "-k", name], tree, {}))


def _node(name, tree, build):
    if build:
        tree.build_hosts()
    if not (tree.path / "hosts/node/node_modules").exists():
        subprocess.run(["npm", "ci", "--prefix", "hosts/node", "--silent"], cwd=tree.path, check=True)
    return _outcome(*_run(["node", "--test", "--test-name-pattern", name, "hosts/node/tests/"], tree, {}))


def _driver(language_and_scenario, tree, build):
    language, scenario_name = language_and_scenario.split()
    if build:
        tree.build_hosts()
    scenarios = json.loads((tree.path / "interop-tests/scenarios.json").read_text())["scenarios"]
    scenario = next(row for row in scenarios if row["name"] == scenario_name)
    command = DRIVERS[language] or _compiled(tree)
    status, late, said = _run([*command, scenario_name], tree,
                              {**scenario["environment"], "PYTHONPATH": str(tree.path / "hosts/python")}, limit_s=60)
    lines = said.rstrip("\n").split("\n")
    expected = ["^" + re.escape(line).replace(r"\{pid\}", "[0-9]+") + "$" for line in scenario["expect"]]
    same = len(lines) == len(expected) and all(re.match(e, line) for e, line in zip(expected, lines, strict=True))
    if late:
        return Outcome("hang", said[-200:])
    return Outcome("passed", "") if same and status == 0 else Outcome("assertion", f"{language} {scenario_name}: {said[-200:]!r}")


def _compiled(tree):
    program, libraries = tree.path / "build" / "driver_cpp", tree.native / "lib"
    header = tree.path / "build" / "include" / "llmbridge" / "llmbridge.hpp"  # where an install has it
    header.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(tree.path / "hosts/cpp/llmbridge.hpp", header)
    done = subprocess.run(["c++", "-std=c++17", "-O1", "-pthread", "interop-tests/drivers/cpp/driver.cpp", "-Inative/include",
                           "-Ibuild/include", f"-L{libraries}", f"-Wl,-rpath,{libraries}", "-lllmbridge", "-o", str(program)],
                          cwd=tree.path, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise LookupError("the C++ does not build: " + done.stderr[:400])
    return [str(program)]


def _dotnet(name, tree, build, project="dotnet"):
    if build:
        tree.build_everything()
    status, late, said = _run(["dotnet", "test", DOTNET_PROJECTS[project], "--filter", f"FullyQualifiedName~{name}", "-v", "minimal",
                               "-p:SkipNative=true", "-nodeReuse:false"], tree, {"LLMBRIDGE_LIBRARY": ""}, limit_s=900)
    if re.search(r"error (CS|IDE|CA|MSB|NU)[0-9]+", said):
        raise LookupError("the C# does not build: " + re.search(r".*error (CS|IDE|CA|MSB|NU)[0-9]+.*", said).group(0))
    if "No test matches" in said:
        raise LookupError(f"no C# test is called {name}")
    return _outcome(status, late, said)


KINDS = {"ctest": _ctest, "python": _python, "node": _node, "driver": _driver, "dotnet": _dotnet,
         "embeddings": partial(_dotnet, project="embeddings")}


def parts(test):
    """The tests that one entry of a mutant's `tests` stands for, in the order in which they are run."""
    kind, name = test.split(maxsplit=1)
    return [f"{kind} {part}" for part in name.split("|")] if kind == "ctest" else [test]


def run_test(test, tree, build):
    """Builds one part, where `build` says so, and runs it."""
    kind, name = test.split(maxsplit=1)
    return KINDS[kind](name, tree, build)


def native_part(path):
    """Whether a change of this file changes what CMake builds."""
    return Path(path).parts[0] in ("native", "cmake")
