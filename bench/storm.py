"""Sixty people, thirty seats, one instant: `.venv/bin/python bench/storm.py [--rounds 3]`.

Everyone has the last page open and presses the button at the same time, through the real web server. Thirty have a
seat, thirty read that the group has just filled up, press once more and wait in line. Exit code 1 otherwise.
"""

import argparse
import statistics
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from crash import check_path
from ground import Ground
from processes import processor_time
from resident import Resident

PEOPLE, SEATS = 60, 30


def together(residents, deed):
    """The answer of each and its seconds, all deeds begun at the same instant."""
    barrier = Barrier(len(residents))

    def one(resident):
        barrier.wait()
        started = time.perf_counter()
        return deed(resident), time.perf_counter() - started

    with ThreadPoolExecutor(len(residents)) as threads:
        return list(threads.map(one, residents))


def round_of(port):
    """One group filled. Yields breaches."""
    from participants.tests import factories
    from programmes.tests.factories import run

    group = run(capacity=SEATS, waiting_places=PEOPLE)
    typed = [{"given_name": f"Resident {n}", "phone": f"+2126{group.pk:04}{n:04}"} for n in range(PEOPLE)]
    residents = [Resident(port, check_path(factories.draft(group, **person))) for person in typed]
    for resident in residents:
        resident.step()
    first = together(residents, Resident.step)
    seated = [answer for answer, _seconds in first if answer and answer.receipt]
    told_full = [who for who, (answer, _) in zip(residents, first, strict=True) if answer and answer.status == 200]
    say("press the button", first)
    second = together(told_full, Resident.step) if told_full else []
    say("join the line", second)
    in_line = [answer for answer, _seconds in second if answer and answer.receipt]
    yield from breaches(group, len(seated), len(told_full), len(in_line))


def say(name, answers):
    seconds = sorted(seconds for _answer, seconds in answers)
    statuses = Counter(answer.status if answer else "none" for answer, _seconds in answers)
    print(
        f"  {name:<18} {len(answers)} people, answers {dict(statuses)}: "
        f"half within {statistics.median(seconds) * 1000:.0f} ms, all within {seconds[-1] * 1000:.0f} ms"
    )


def breaches(group, seated, told_full, in_line):
    states = Counter(group.enrolments.values_list("state", flat=True))
    group.refresh_from_db()
    told = {"seated": seated, "told it is full": told_full, "told they wait": in_line}
    kept = {"enrolled": states["enrolled"], "waiting": states["waiting"], "seats_taken": group.seats_taken}
    print(f"  {told} {kept}")
    if set(told.values()) | set(kept.values()) != {SEATS} or sum(states.values()) != PEOPLE:
        yield f"{group.code}: {told}, {kept}"


def tell_cost(before, after, people):
    """Everything a person costs: the page, one or two sendings, the text message."""
    cost = {part: round((after[part] - before[part]) * 1000 / people, 1) for part in before}
    print("processor time per person, in milliseconds:", cost)


def main(rounds):
    with Ground() as ground:
        ground.enter()
        found, before = [], processor_time(ground.pid)
        for number in range(1, rounds + 1):
            print(f"round {number}", flush=True)
            found += round_of(ground.port)
        tell_cost(before, processor_time(ground.pid), rounds * PEOPLE)
        code, words = ground.command("check_invariants")
        found += [] if code == 0 else words.splitlines()
    for sentence in found:
        print("BREACH ", sentence)
    print("FAIL" if found else "PASS")
    return bool(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    sys.exit(main(parser.parse_args().rounds))
