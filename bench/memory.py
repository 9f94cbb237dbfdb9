"""Resident memory of the whole portal at rest: `.venv/bin/python bench/memory.py [--pid SUPERVISOR]`.

Without a pid it starts a demo city of its own. Measured as PSS, which counts what processes share once: PostgreSQL's
shared buffers, and the Django that web and worker inherit from the supervisor. Other users of the same library files
on the machine take a share of those few megabytes.
"""

import argparse
import sys
import time

from ground import Ground, get
from processes import parts

TARGET = 400  # megabytes
REST = 15  # seconds without a visitor
PAGES = ["/fr/", "/ar/", "/fr/cours/", "/ar/cours/", "/fr/cours/?q=couture", "/fr/observatoire/", "/livez"]
VISITS = 20


def weigh(pid, when):
    """Print one line per part; returns the sum in megabytes."""
    found = parts(pid)
    print(when)
    total = whole = 0
    for name, processes in found.items():
        sizes = [process.memory() for process in processes]
        shared_once, each = (sum(column) / 1024 for column in zip(*sizes, strict=True))
        total, whole = total + shared_once, whole + each
        print(f"  {name:<12}{shared_once:7.1f} MB   {len(processes):>2} processes; unshared {each:.0f} MB")
    print(f"  {'together':<12}{total:7.1f} MB   unshared {whole:.0f} MB", flush=True)
    missing = {"supervisor", "PostgreSQL", "Valkey", "web", "worker"} - found.keys()
    if missing:
        raise SystemExit(f"not a whole portal: no {', '.join(sorted(missing))}")
    return total


def visit(port):
    """Every page often enough that both web processes have served it."""
    for path in PAGES:
        statuses = {get(port, path).status for _ in range(VISITS)}
        print(f"  {path} {sorted(statuses)}")


def fresh():
    with Ground(DEMO="true") as ground:
        time.sleep(REST)
        weigh(ground.pid, "before the first visitor")
        print(f"{VISITS} visits of each page")
        visit(ground.port)
        time.sleep(REST)
        return weigh(ground.pid, "at rest after visits")


def main(pid):
    total = weigh(pid, "now") if pid else fresh()
    print(f"{'PASS' if total <= TARGET else 'FAIL'}: {total:.0f} MB, target {TARGET}")
    return total > TARGET


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pid", type=int)
    sys.exit(main(parser.parse_args().pid))
