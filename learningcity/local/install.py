"""The virtual environment in `.venv`, made and kept up to date before anything of ours can be imported.

Runs under the Python of the machine, however old, so that it can say what is wrong. Standard library only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)
CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(CHECKOUT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
NO_PIP = """\
This Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv"""
NO_PACKAGES = """\
The packages could not be installed: see above. Without a network, point PIP_FIND_LINKS at a folder of wheels."""


def say(line):
    print(line, flush=True)


def state(requirements):
    """What an installation depends on: the pinned list, and which Python it is for."""
    with open(requirements, "rb") as pins:
        digest = hashlib.sha256(pins.read())
    digest.update(repr((sys.base_prefix, sys.version_info[:3], VENV)).encode())
    return digest.hexdigest()


def make_environment():
    if works():
        return
    say("Making the virtual environment in .venv ...")
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.call([sys.executable, "-m", "venv", VENV]):
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(NO_PIP)


def works():
    """The Python it was made from may be gone."""
    try:
        return subprocess.call([PYTHON, "-c", "import pip"]) == 0
    except OSError:
        return False


def install(requirements):
    with open(requirements) as pins:
        count = sum("==" in line for line in pins)
    say("Installing {} packages, checked by hash (about half a minute, this time only) ...".format(count))
    start = time.time()
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "install"]
    if subprocess.call([*pip, "--no-deps", "--no-compile", "--require-hashes", "-q", "-r", requirements]):
        sys.exit(NO_PACKAGES)
    say("Installed in {:.0f} s.".format(time.time() - start))


def main(name):
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        sys.exit(
            "Python 3.11 or newer is needed; {} is {}. Try: make PYTHON=python3.12 ...".format(sys.executable, found)
        )
    requirements = os.path.join(CHECKOUT, name)
    stamp = os.path.join(VENV, "installed-" + os.path.basename(name))
    wanted = state(requirements)
    if os.path.exists(stamp):
        with open(stamp) as written:
            if written.read() == wanted:
                return
    make_environment()
    install(requirements)
    with open(stamp, "w") as written:
        written.write(wanted)


if __name__ == "__main__":
    main(sys.argv[1])
