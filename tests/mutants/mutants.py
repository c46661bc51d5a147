#!/usr/bin/env python3
"""Puts each mutant into a copy of the tree and runs the tests that have to notice it. See README.md beside this file.

Usage: mutants.py [--quick] [--check | --list | --table] [--results FILE] [--resume] [PATTERN...]
"""

import argparse
import re
import sys
import time
from pathlib import Path

import mutant_list
import mutant_results
import mutant_tests
from mutant_tree import BuildError, Tree

ROOT = Path(__file__).resolve().parents[2]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patterns", nargs="*", metavar="PATTERN",
                        help="regular expressions of names: those that match the first one are run first")
    parser.add_argument("--quick", action="store_true", help="only the quick third")
    parser.add_argument("--check", action="store_true", help="only whether each still applies; nothing is built")
    parser.add_argument("--list", action="store_true", help="names, and what each would cost a user")
    parser.add_argument("--results", type=Path, help="append a line for each outcome to this file")
    parser.add_argument("--resume", action="store_true", help="only those that the file of --results lacks or has as errors")
    parser.add_argument("--table", action="store_true", help="counts of the file of --results by part, as Markdown; nothing is run")
    arguments = parser.parse_args()
    if (arguments.resume or arguments.table) and not arguments.results:
        parser.error("--resume and --table read the file that --results names")
    return arguments


def chosen(arguments):
    """The mutants that the command line asks for, in its order."""
    every = [mutant for mutant in mutant_list.read(Path(__file__).parent) if mutant.quick or not arguments.quick]
    patterns = arguments.patterns or [""]
    found = {mutant.name: mutant for pattern in patterns for mutant in every if re.search(pattern, mutant.name)}
    known = mutant_results.read(arguments.results) if arguments.resume else {}
    return [mutant for name, mutant in found.items() if known.get(name, "error") == "error"]


def check(mutants, files):
    """Says of each mutant that does not apply why; how many there are."""
    failed = 0
    for mutant in mutants:
        try:
            path = ROOT / mutant_list.locate(mutant, files)
            mutant.applied(path.read_text(encoding="utf-8"))
        except mutant_list.MutantError as error:
            print(error)
            failed += 1
    return failed


def without_mutant(test, tree, known):
    """Why a test notices nothing: it fails anyway. Empty where it passes; each is run once."""
    if test not in known:
        outcome = mutant_tests.run_test(test, tree, True)
        known[test] = "" if outcome.kind == "passed" else f"fails without any mutant: {outcome.said[:400]}"
    return known[test]


def run_one(mutant, path, tree, known):
    """The outcome for one mutant, and what noticed it. The copy is as before afterwards."""
    target = tree.path / path
    original = target.read_text(encoding="utf-8")
    build = mutant_tests.native_part(path)
    tests = [part for test in mutant.tests for part in mutant_tests.parts(test)]
    try:
        for test in tests:
            if problem := without_mutant(test, tree, known):
                return "error", f"{test}: {problem}"
        target.write_text(mutant.applied(original), encoding="utf-8")
        for test in tests:
            outcome = mutant_tests.run_test(test, tree, build)
            if outcome.kind != "passed":
                return outcome.kind, f"{test}: {outcome.said[:160]}"
        return ("equivalent", mutant.equivalent) if mutant.equivalent else ("survived", mutant.for_user)
    except (BuildError, LookupError) as error:
        return "error", str(error)
    finally:
        target.write_text(original, encoding="utf-8")


def run_all(mutants, files, results):
    tree = Tree(ROOT)
    tree.synchronize()
    tree.configure()
    mutant_tests.adopt_orphans()
    counts, known = {}, {}
    for mutant in mutants:
        begun = time.monotonic()
        outcome, why = run_one(mutant, mutant_list.locate(mutant, files), tree, known)
        counts[outcome] = counts.get(outcome, 0) + 1
        line = mutant_results.line(outcome, mutant.name, time.monotonic() - begun, why)
        print(line, flush=True)
        if results:
            with results.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
    return counts


def main():
    arguments = parse_arguments()
    try:
        mutants = chosen(arguments)
        files = mutant_list.tracked_files(ROOT)
        if arguments.list:
            for mutant in mutants:
                print(f"{mutant.name:<{mutant_results.WIDTH}} {mutant.for_user}")
            return 0
        if arguments.table:
            print(mutant_results.table(mutants, mutant_results.read(arguments.results)))
            return 0
        failed = check(mutants, files)
    except mutant_list.MutantError as error:
        print(error)
        print("0 passed, 1 failed")
        return 1
    if arguments.check or failed:
        print(f"{len(mutants) - failed} passed, {failed} failed")
        return failed != 0
    counts = run_all(mutants, files, arguments.results)
    passed = sum(counts.get(kind, 0) for kind in ("assertion", "crash", "equivalent"))
    total = sum(counts.values())
    print(", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())), f"of {total}")
    print(f"{passed} passed, {total - passed} failed")
    return passed != total


if __name__ == "__main__":
    sys.exit(main())
