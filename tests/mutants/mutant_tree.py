"""The copy of the tree that mutants are built in, so that nobody's own build is disturbed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from mutant_list import tracked_files

BUILD_LIMIT_S = 1800
ADD_TEST = re.compile(r'^add_test\(\[=\[(.+?)\]=\] "([^"]+)"', re.M)
HOST_TARGETS = ["llmbridge", "llmbridge-keeper", "llmbridge-engine", "llmbridge_fake", "llmbridge_hash", "llmbridge_exec",
                "llmbridge_jsonrpc"]


class BuildError(Exception):
    """A build that failed, with the end of what it said."""


class Tree:
    def __init__(self, root):
        self.root = Path(root)
        self.path = self.root / "build" / "mutants" / "tree"
        self.native = self.path / "build" / "release"
        self._programs = None
        self.fixtures = set()  # of CTest, which this run has made

    def synchronize(self):
        """Makes the copy what the tree is now; files that are the same keep their times, so that builds stay short."""
        files = tracked_files(self.root)
        self.path.mkdir(parents=True, exist_ok=True)
        for file in files:
            self._copy(self.root / file, self.path / file)
        self._remove_others(set(files))
        cache = self.path / ".cache"
        if (self.root / ".cache").exists() and not cache.exists():
            cache.symlink_to(self.root / ".cache")

    @staticmethod
    def _copy(source, target):
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_file() and target.read_bytes() == source.read_bytes():
            return
        shutil.copyfile(source, target)
        shutil.copymode(source, target)

    def _remove_others(self, files):
        """Removes what the tree has no more, but not what was built."""
        listed = self.path / ".mutants-files"
        before = set(listed.read_text().splitlines()) if listed.exists() else set()
        for file in before - files:
            (self.path / file).unlink(missing_ok=True)
        listed.write_text("\n".join(sorted(files)))

    def configure(self):
        """Anew each time: there may be other tests than before."""
        self._run(["cmake", "--preset", "release", "-G", "Ninja"])

    def programs(self):
        """Names of CTest's tests and the program of each. From the files that CTest reads: it tells no program that is
        not built yet."""
        if self._programs is None:
            self._programs = {}
            for file in sorted(self.native.rglob("CTestTestfile.cmake")):
                self._programs |= dict(ADD_TEST.findall(file.read_text(encoding="utf-8")))
        return self._programs

    def build_targets(self, targets):
        """Builds programs by their paths or names, and whatever else they start."""
        self._run(["cmake", "--build", str(self.native), "--target", *targets])

    def build_hosts(self):
        """What a host in any language starts."""
        self.build_targets(HOST_TARGETS)

    def build_programs(self, names):
        """Builds the programs of these tests of CTest, where CMake makes them."""
        paths = {os.path.relpath(self.programs()[name], self.native) for name in names}
        made = [path for path in sorted(paths) if not path.startswith("..")]
        self.build_targets([*made, *HOST_TARGETS])

    def build_everything(self):
        self._run(["sh", "native/build-native.sh", "release"])

    def _run(self, command):
        done = subprocess.run(command, cwd=self.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=BUILD_LIMIT_S, check=False)
        if done.returncode != 0:
            raise BuildError(done.stdout.decode(errors="replace")[-2000:])
