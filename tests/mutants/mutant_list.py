"""The mutants: read from the TOML files beside this one, found in the tree, applied to a text."""

import re
import subprocess
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

KEYS = {"name", "file", "old", "new", "for_user", "tests", "quick", "equivalent"}
TEST_KINDS = {"ctest", "python", "node", "driver", "dotnet", "embeddings"}
PART_NAME = re.compile(r"[a-z_]+\.[a-z0-9_]+")


class MutantError(Exception):
    """What is wrong with the list, naming the mutant."""


@dataclass(frozen=True)
class Mutant:
    name: str
    file: str
    old: str
    new: str
    for_user: str
    tests: tuple[str, ...]
    quick: bool = False
    equivalent: str = ""
    pattern: re.Pattern = field(init=False, compare=False)

    def __post_init__(self):
        # Words, with whatever spaces and line ends between them: a formatter may have been at work.
        words = [re.escape(word) for word in self.old.split()]
        object.__setattr__(self, "pattern", re.compile(r"\s+".join(words)))

    def applied(self, text):
        """The text with this bug in it; MutantError unless the place is there exactly once."""
        found = self.pattern.findall(text)
        if len(found) != 1:
            raise MutantError(f"{self.name}: `old` stands {len(found)} times in {self.file}, and must exactly once")
        changed = self.pattern.sub(lambda _: self.new.strip("\n"), text)
        if changed == text:
            raise MutantError(f"{self.name}: `new` changes nothing")
        return changed


def read(folder):
    """All mutants of the folder's files, in order."""
    mutants = []
    for path in sorted(Path(folder).glob("*.toml")):
        with path.open("rb") as file:
            rows = tomllib.load(file).get("mutant", [])
        mutants += [_mutant(row, path.name) for row in rows]
    names = [mutant.name for mutant in mutants]
    for name in sorted({name for name in names if names.count(name) > 1}):
        raise MutantError(f"{name}: two mutants have this name")
    return mutants


def _mutant(row, source):
    name = row.get("name", "?")
    where = f"{source}: {name}"
    for key in row:
        if key not in KEYS:
            raise MutantError(f"{where}: unknown key `{key}`; known are {', '.join(sorted(KEYS))}")
    for key in ("name", "file", "old", "for_user", "tests"):
        if not row.get(key):
            raise MutantError(f"{where}: `{key}` is missing")
    if not PART_NAME.fullmatch(name):
        raise MutantError(f"{where}: a name is part.what_it_does, in lower case")
    for test in row["tests"]:
        if test.split()[0] not in TEST_KINDS or len(test.split()) < 2:
            raise MutantError(f"{where}: `{test}` is no test; it begins with one of {', '.join(sorted(TEST_KINDS))}")
    return Mutant(name, row["file"], row["old"], row.get("new", ""), row["for_user"], tuple(row["tests"]),
                  row.get("quick", False), row.get("equivalent", ""))


def tracked_files(root):
    """What git knows in the tree, and what it would: paths below the root."""
    listing = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             check=True, capture_output=True).stdout.decode()
    return [path for path in listing.split("\0") if path and (Path(root) / path).is_file()]


def locate(mutant, files):
    """The one file that a mutant means."""
    found = [path for path in files if path == mutant.file or path.endswith("/" + mutant.file)]
    if len(found) != 1:
        raise MutantError(f"{mutant.name}: {mutant.file} is {len(found)} files: {', '.join(found) or 'none'}")
    return found[0]
