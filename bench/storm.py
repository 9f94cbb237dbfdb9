"""The rush: five hundred people within two seconds for twenty seats and a list of fifty:
`.venv/bin/python bench/storm.py [--people 500 --seats 20 --line 50 --rounds 1]`.

Everyone has the last page open and presses the button once in these two seconds, through the real web server. Three
in ten press twice at once; who reads that the group has filled up presses once more to wait; one in ten of those who
may wait brings a second person from the receipt, together or not at all. Whoever gets no answer tries again.

Then everything that anyone was told is held against what is there: nobody oversold, nobody doubled, places in the order
of the ledger, and every receipt says the state of its place. Exit code 1 otherwise.
"""

import argparse
import random
import statistics
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from crash import check_path
from ground import Ground
from processes import processor_time
from resident import Resident

WITHIN, TWICE, PAIRS = 2, 0.3, 0.1  # seconds, shares
MOST_TRIES, PAUSE = 20, 0.5  # of who gets no answer


@dataclass
class Person:
    """Someone in the rush: what she does, and what she was told."""

    draft: str
    resident: Resident
    starts: float
    twice: bool
    pair: bool
    receipts: set = field(default_factory=set)
    is_refused: bool = False
    seconds: float = 0.0
    statuses: list = field(default_factory=list)
    sibling: str = ""

    def run(self, began):
        time.sleep(max(0, began + self.starts - time.monotonic()))
        started = time.monotonic()
        for _try in range(MOST_TRIES):
            if self.press():
                break
            time.sleep(PAUSE)
        self.seconds = time.monotonic() - started
        if self.pair and self.receipts:
            self.sibling = self.resident.bring(next(iter(self.receipts)))

    def press(self):
        """Whether an answer says what has become of it."""
        if self.twice:
            with ThreadPoolExecutor(2) as fingers:
                answers = list(fingers.map(lambda _finger: self.resident.step(), range(2)))
        else:
            answers = [self.resident.step()]
        self.statuses += [answer.status if answer else 0 for answer in answers]
        self.receipts |= {answer.receipt for answer in answers if answer and answer.receipt}
        self.is_refused = any(answer and answer.status == 409 for answer in answers)
        return bool(self.receipts) or self.is_refused


def crowd(port, group, number, chance):
    from participants.tests import factories

    for place in range(number):
        typed = {"given_name": f"Resident {place}", "phone": f"+2126{group.pk:04}{place:04}"}
        draft = factories.draft(group, **typed)
        resident = Resident(port, check_path(draft))
        resident.step()
        yield Person(draft.token, resident, chance.uniform(0, WITHIN), chance.random() < TWICE, chance.random() < PAIRS)


def round_of(port, options, chance):
    """One group filled. Yields breaches."""
    from programmes.tests.factories import run

    group = run(capacity=options.seats, waiting_places=options.line)
    people = list(crowd(port, group, options.people, chance))
    began = time.monotonic()
    with ThreadPoolExecutor(len(people)) as threads:
        list(threads.map(lambda person: person.run(began), people))
    seconds = sorted(person.seconds for person in people)
    print(
        f"  half answered within {statistics.median(seconds):.1f} s, all within {seconds[-1]:.1f} s; "
        f"answers {dict(Counter(status for person in people for status in person.statuses))}"
    )
    yield from breaches(port, group, people)


def breaches(port, group, people):
    group.refresh_from_db()
    places = {place.token: place for place in group.enrolments.all()}
    states = Counter(place.state for place in places.values())
    receipts = {token for person in people for token in person.receipts} | {p.sibling for p in people if p.sibling}
    print(f"  {dict(states)}, {sum(person.is_refused for person in people)} told that all is full")
    if states["enrolled"] != group.capacity or states["waiting"] != group.waiting_places:
        yield f"{group.code} has {states} for {group.capacity} seats and {group.waiting_places} places in line"
    siblings = group.enrolments.filter(participant__given_name="Second")
    if receipts | set(siblings.values_list("token", flat=True)) != set(places):
        yield f"{len(receipts)} receipts were given, {len(places)} places are there"
    for person in people:
        if len(person.receipts) > 1 or (person.receipts and person.is_refused):
            yield f"draft {person.draft} has {person.receipts}, refused: {person.is_refused}"
        if not person.receipts and not person.is_refused:
            yield f"draft {person.draft} was never told anything: {person.statuses}"
        if any(status >= 500 and status != 503 for status in person.statuses):
            yield f"draft {person.draft} saw {person.statuses}"
    yield from order(group)
    for token in receipts & set(places):
        if (shown := Resident(port, f"/i/{token}/").state()) != places[token].state:
            yield f"receipt {token} shows {shown}, its place is {places[token].state}"


def order(group):
    """Places were given in the order in which they were written down."""
    joined = list(group.events.filter(from_state="").order_by("number").values_list("enrolment__sequence", flat=True))
    if joined != sorted(joined) or len(set(joined)) != len(joined):
        yield f"{group.code}: joined in the order {joined}"
    last_seat = max(group.enrolments.filter(state="enrolled").values_list("sequence", flat=True), default=0)
    if group.enrolments.filter(state="waiting", sequence__lt=last_seat).exists():
        yield f"{group.code}: someone waits who came before someone with a seat"


def tell_cost(before, after, people):
    """Everything a person costs: the page, one or more sendings, the text message."""
    cost = {part: round((after[part] - before[part]) * 1000 / people, 1) for part in before}
    print("processor time per person, in milliseconds:", cost)


def main(options):
    with Ground() as ground:
        ground.enter()
        chance = random.Random(options.seed)
        found, before = [], processor_time(ground.pid)
        for number in range(1, options.rounds + 1):
            print(f"round {number}: {options.people} people", flush=True)
            found += round_of(ground.port, options, chance)
        tell_cost(before, processor_time(ground.pid), options.rounds * options.people)
        code, words = ground.command("check_invariants")
        found += [] if code == 0 else words.splitlines()
    for sentence in found[:20]:
        print("BREACH ", sentence)
    print(f"{'FAIL' if found else 'PASS'}: {len(found)} breaches")
    return bool(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in {"people": 500, "seats": 20, "line": 50, "rounds": 1, "seed": 1}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    sys.exit(main(parser.parse_args()))
