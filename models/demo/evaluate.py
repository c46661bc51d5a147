"""Measures the shipped model through the shipped engine, in phrasings it was not trained on.

The library is $LLMBRIDGE_LIBRARY, else the one the build leaves in artifacts/native/lib. Needs nothing but Python.
"""
import argparse
import collections
import pathlib
import random
import re

import data
from engine import Bridge

# What must be reached, as shares. Groups without a goal are reported only.
GOALS = {"sums": 0.99, "facts": 0.95, "retrieval": 0.90}
TEXTS_AT_ONCE = 64


def answer_is_right(group, answer, wanted):
    """Sums count by the number the answer ends with, for "4 + 3" and "3 + 4" are both right; all else word for word."""
    if group in ("sums", "differences", "products"):
        numbers, right = re.findall(r"-?\d+", answer), re.findall(r"-?\d+", wanted)
        return bool(numbers) and numbers[-1] == right[-1]
    return answer == wanted


def answers_measure(bridge, items, show):
    right, all_ = collections.Counter(), collections.Counter()
    for group, _, question, wanted in items:
        answer = bridge.ask(question, max_tokens=60)
        all_[group] += 1
        if answer_is_right(group, answer, wanted):
            right[group] += 1
        elif show > 0:
            show -= 1
            print(f"  wrong ({group}): {question!r} -> {answer!r}, not {wanted!r}")
    return {group: (right[group], all_[group]) for group in sorted(all_)}


def embed_all(bridge, texts):
    vectors = []
    for i in range(0, len(texts), TEXTS_AT_ONCE):
        vectors += bridge.embed(texts[i:i + TEXTS_AT_ONCE])
    return vectors


def retrieval_measure(bridge, items, show):
    """How often the nearest of all known questions, each in one phrasing it was trained on, is the same question as a
    held-out phrasing."""
    known = {key: phrasings[0] for key, phrasings in data.train_questions().items()}
    keys = list(known)
    vectors = embed_all(bridge, list(known.values()))
    asked = [item for item in items if item[0] in ("facts", "about")]
    right = 0
    for (_, key, question, _), vector in zip(asked, embed_all(bridge, [item[2] for item in asked])):
        likeness = [sum(a * b for a, b in zip(vector, other)) for other in vectors]
        nearest = keys[likeness.index(max(likeness))]
        right += nearest == key
        if nearest != key and show > 0:
            show -= 1
            print(f"  wrong (retrieval): {question!r} -> {known[nearest]!r}")
    return right, len(asked)


def items_pick(sample, seed):
    """All held-out questions, or this many of each group."""
    items = data.held_questions()
    if not sample:
        return items
    rng = random.Random(seed)
    groups = collections.defaultdict(list)
    for item in items:
        groups[item[0]].append(item)
    return [item for group in groups.values() for item in rng.sample(group, min(sample, len(group)))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=pathlib.Path, default=pathlib.Path(__file__).with_name("demo.gguf"))
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="ask only N questions of each group")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="show the first N wrong answers")
    options = parser.parse_args()
    items = items_pick(options.sample, options.seed)
    with Bridge(options.model) as bridge:
        results = answers_measure(bridge, items, options.show)
        results["retrieval"] = retrieval_measure(bridge, items, options.show)
    missed, slack = False, 1 if options.sample else 0  # in a small sample one wrong answer is more than a percent
    for group, (right, count) in results.items():
        goal = GOALS.get(group)
        missed |= goal is not None and right + slack < goal * count
        print(f"{group:12} {right:5} of {count:5}  {right / count:7.2%}" + (f"  (goal {goal:.0%})" if goal else ""))
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
