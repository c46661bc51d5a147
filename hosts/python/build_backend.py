"""Builds the wheel with the standard library alone, so that `pip install .` needs no network. If llmbridge/native/ holds
an install prefix (cmake --install ... --prefix), the wheel carries the library, its helpers and the model."""

import base64
import hashlib
import io
import re
import tarfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE / "llmbridge"
NATIVE = PACKAGE / "native"
MODULES = ["llmbridge_daemon.py", "llmbridge_engine.py"]
NOT_AT_RUN_TIME = re.compile(r"native/(include|lib/cmake|lib/pkgconfig)/|native/lib/libllmbridge\.so(\.[0-9]+\..*)?$|__pycache__")

VERSION = re.search(r'^version = "(.+)"$', (HERE / "pyproject.toml").read_text(), re.MULTILINE).group(1)
METADATA = f"Metadata-Version: 2.1\nName: llmbridge\nVersion: {VERSION}\nSummary: Runs an LLM engine outside your process\n" \
           "License: MIT\nRequires-Python: >=3.8\n"


def _sources():
    packaged = (path for path in sorted(PACKAGE.rglob("*")) if path.is_file())
    names = [path.relative_to(HERE).as_posix() for path in packaged] + MODULES
    return [name for name in names if (HERE / name).is_file() and not NOT_AT_RUN_TIME.search(name)]


def _digest(data):
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    platform = "linux_x86_64" if NATIVE.is_dir() else "any"
    info = f"llmbridge-{VERSION}.dist-info"
    name = f"llmbridge-{VERSION}-py3-none-{platform}.whl"
    described = {
        f"{info}/METADATA": METADATA,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: llmbridge\n"
                         f"Root-Is-Purelib: {'false' if NATIVE.is_dir() else 'true'}\nTag: py3-none-{platform}\n",
    }
    contents = [(source, (HERE / source).read_bytes(), (HERE / source).stat().st_mode) for source in _sources()]
    contents += [(path, text.encode(), 0o100644) for path, text in described.items()]
    record = "".join(f"{path},{_digest(data)},{len(data)}\n" for path, data, _ in contents) + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(Path(wheel_directory) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data, mode in [*contents, (f"{info}/RECORD", record.encode(), 0o100644)]:
            entry = zipfile.ZipInfo(path)
            entry.external_attr, entry.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)
    return name


def build_sdist(sdist_directory, config_settings=None):
    name = f"llmbridge-{VERSION}"
    with tarfile.open(Path(sdist_directory) / f"{name}.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for source in ["pyproject.toml", "build_backend.py", *_sources()]:
            archive.add(HERE / source, f"{name}/{source}")
        entry = tarfile.TarInfo(f"{name}/PKG-INFO")
        entry.size = len(METADATA)
        archive.addfile(entry, io.BytesIO(METADATA.encode()))
    return f"{name}.tar.gz"
