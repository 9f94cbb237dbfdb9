"""Whose processes PostgreSQL and Valkey are. PostgreSQL refuses to run as root; the checkout may be root's alone."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

NO_WAY = """\
PostgreSQL refuses to run as root, `nobody` cannot reach {folder},
and this kernel does not let root make a user namespace. Either
  - run the command as an ordinary user who owns the checkout, or
  - move the checkout where other users may read it (for example /srv), or
  - set DATABASE_URL and REDIS_URL to services that already run."""


class Refusal(Exception):
    """A sentence for the person who typed the command."""


@dataclass(frozen=True)
class Account:
    """`uid` and `gid` own the folders; `prefix` goes before each command, `identity` into each Popen."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    identity: dict = field(default_factory=dict)

    def own(self, folder):
        """Make a private folder of this account, handing over what another account of root's left in it."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0 and folder.stat().st_uid != self.uid:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, self.uid, self.gid, follow_symlinks=False)
        return folder


def choose(program: Path, folder: Path):
    """The account that can run `program` and keep data in `folder`. Raises Refusal when root has no way."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    other = _nobody()
    identity = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
    if _works(["sh", "-c", '"$1" --version && test -x "$2"', "sh", program, folder], **identity):
        return Account(other.pw_uid, other.pw_gid, identity=identity)
    prefix = ("unshare", "--user", f"--map-user={other.pw_uid}", "--")
    if shutil.which("unshare") and _works([*prefix, program, "--version"]):
        return Account(0, 0, prefix=prefix)
    raise Refusal(NO_WAY.format(folder=folder))


def _nobody():
    """initdb looks the name of its user up, so the number must be a known one."""
    others = sorted((entry for entry in pwd.getpwall() if entry.pw_uid), key=lambda entry: entry.pw_name != "nobody")
    if not others:
        raise Refusal("PostgreSQL refuses to run as root and this machine knows no other user.")
    return others[0]


def _works(command, **identity):
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run(command, check=False, cwd="/", **quiet, **identity).returncode == 0
