"""What became of mutants: a line for each in a file, and the table made of it."""

import re

WIDTH = 56
OUTCOMES = ("assertion", "crash", "hang", "survived", "equivalent", "error")
LINE = re.compile(rf"({'|'.join(OUTCOMES)}) +(\S+) +\d+ s ")


def line(outcome, name, seconds, why):
    return f"{outcome:<10} {name:<{WIDTH}} {seconds:5.0f} s  {' '.join(why.split())}"


def read(path):
    """The last outcome of each mutant that the file names."""
    if not path.exists():
        return {}
    found = (LINE.match(text) for text in path.read_text(encoding="utf-8").splitlines())
    return {match[2]: match[1] for match in found if match}


def table(mutants, outcomes):
    """A row for each part, in Markdown: the part is what stands before a name's dot."""
    columns = (*OUTCOMES, "not run")
    rows = {}
    for mutant in mutants:
        row = rows.setdefault(mutant.name.split(".")[0], dict.fromkeys(columns, 0))
        row[outcomes.get(mutant.name, "not run")] += 1
    total = {column: sum(row[column] for row in rows.values()) for column in columns}
    shown = [column for column in columns if total[column] > 0]
    lines = ["| part | " + " | ".join(shown) + " |", "|---" * (len(shown) + 1) + "|"]
    for part, row in [*sorted(rows.items()), ("all", total)]:
        lines.append(f"| {part} | " + " | ".join(str(row[column]) for column in shown) + " |")
    return "\n".join(lines)
