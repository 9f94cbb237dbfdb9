"""The processes of a running portal, read from /proc (Linux)."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Running:
    pid: int
    parent: int
    command: str

    def memory(self):
        """Kilobytes, twice: with shared pages divided among those who map them (PSS), and with all of them (RSS)."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()[1:]
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
        return sizes["Pss"], sizes["Rss"]

    def seconds(self):
        """Processor time used so far, in user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def everything():
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except (OSError, IndexError):
            continue  # it has just ended
        if command:  # a zombie has none
            found[int(folder.name)] = Running(int(folder.name), parent, command)
    return found


def below(pid, among=None):
    """The children of a process and theirs, without the process itself."""
    among = among or everything()
    children = [each for each in among.values() if each.parent == pid]
    return children + [each for child in children for each in below(child.pid, among)]


def parts(pid):
    """The portal under the supervisor `pid`, as {part: [process, its children ...]}; what has fallen is absent.

    Web and worker are copies of the supervisor and share its command line; only the web server has children.
    """
    among = everything()
    found = {"supervisor": [among[pid]]} if pid in among else {}
    for child in (each for each in among.values() if each.parent == pid):
        family = [child, *below(child.pid, among)]
        if "valkey-server" in child.command:
            found["Valkey"] = family
        elif "bin/postgres" in child.command:
            found["PostgreSQL"] = family
        elif "python" in child.command:
            found["web" if len(family) > 1 else "worker"] = family
    return found


def processor_time(pid):
    """{part: seconds used so far by the processes it has now}."""
    return {name: sum(each.seconds() for each in family) for name, family in parts(pid).items()}
