"""The kernel's command line: install writes the kernelspec, start runs a kernel of one's own, -f is for Jupyter."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

KERNEL_NAME = "llmbridge"


def spec(pairs):
    """What Jupyter is to know. The package and the library that are used now are used then."""
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    if os.environ.get("LLMBRIDGE_LIBRARY"):
        environment["LLMBRIDGE_LIBRARY"] = os.environ["LLMBRIDGE_LIBRARY"]
    for pair in pairs:
        name, _, value = pair.partition("=")
        environment["LLMBRIDGE_" + name.upper()] = value
    return {
        "argv": [sys.executable, "-m", "llmbridge.kernel", "-f", "{connection_file}"],
        "display_name": "llmbridge",
        "language": "text",
        "interrupt_mode": "message",
        "env": environment,
    }


def install(arguments):
    from jupyter_client.kernelspec import KernelSpecManager  # pyright: ignore[reportMissingImports]

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "kernel.json").write_text(json.dumps(spec(arguments.set), indent=1) + "\n")
        place = KernelSpecManager().install_kernel_spec(
            folder, KERNEL_NAME, user=arguments.prefix is None, prefix=arguments.prefix)
    print(place)


def start(arguments):
    """A kernel that no front end has started: `jupyter console --existing FILE` is one."""
    from jupyter_core.paths import jupyter_runtime_dir  # pyright: ignore[reportMissingImports]

    for pair in arguments.set:
        name, _, value = pair.partition("=")
        os.environ["LLMBRIDGE_" + name.upper()] = value
    folder = Path(jupyter_runtime_dir())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"kernel-llmbridge-{os.getpid()}.json"
    launch(["-f", str(file)], lambda: print(file, file=sys.__stdout__, flush=True))


def launch(argv, ready=lambda: None):
    from ipykernel.kernelapp import IPKernelApp  # pyright: ignore[reportMissingImports]

    from ._kernel import LlmKernel

    class Application(IPKernelApp):
        def log_connection_info(self):
            ready()  # the base says how to attach to it, on stdout

    application = Application.instance(kernel_class=LlmKernel, log_level="ERROR")
    application.initialize(argv)
    application.start()


def setting(text):
    if "=" not in text[1:]:
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=VALUE")
    return text


def main():
    parser = argparse.ArgumentParser(prog="llmbridge.kernel", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run in (("install", install), ("start", start)):
        command = commands.add_parser(name, help=run.__doc__)
        command.add_argument("--set", metavar="NAME=VALUE", type=setting, action="append", default=[],
                             help="a setting of llmbridge; may be repeated")
        command.set_defaults(run=run)
        if name == "install":
            command.add_argument("--prefix", help="where to install, instead of for this user")
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    if sys.argv[1:2] == ["-f"]:
        launch(sys.argv[1:])
    else:
        main()
