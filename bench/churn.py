"""How long a seat stands empty while someone waits: `.venv/bin/python bench/churn.py [--groups 200 --minutes 3]`.

People leave, answer, come and let offers pass, and the staff changes the number of places, in many groups at once; the
portal runs with its worker and its clock. Someone who only looks counts twenty times a second the seats that are free,
or held by an offer whose time has passed, in groups where somebody waits. Exit code 1 when a freed seat stands empty
for more than a second on average, or a promise is broken.
"""

import argparse
import random
import sys
import time
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread

from ground import Ground

ACTORS, LOOK_EVERY = 3, 0.05
ENDS_IN = (65, 110)  # seconds: an offer lives for hours, and is never shorter than the time between two sweeps
IDLE = """
    SELECT coalesce(sum(r.capacity - r.desk_seats + r.desk_taken - r.seats_taken)
            FILTER (WHERE r.seats_taken < r.capacity - r.desk_seats + r.desk_taken), 0)
        + coalesce(sum((SELECT count(*) FROM participants_enrolment e
            WHERE e.run_id = r.id AND e.state = 'offered' AND e.answer_by < clock_timestamp())), 0)
    FROM programmes_courserun r WHERE r.waiting_count > 0
"""


class Actor(Thread):
    """Does to one group after the other what people and staff do."""

    def __init__(self, groups, officer, seed, over):
        super().__init__()
        self.groups, self.officer, self.chance, self.over = groups, officer, random.Random(seed), over
        self.deeds, self.failed = 0, []

    def run(self):
        from django.db import connection

        acts = [self.leaves, self.leaves, self.comes, self.comes, self.answers, self.lets_pass, self.places_change]
        try:
            while not self.over.is_set():
                self.chance.choice(acts)(self.chance.choice(self.groups))
                self.deeds += 1
        except Exception as error:
            self.failed.append(repr(error))
        finally:
            connection.close()

    def one(self, group, *states):
        found = list(group.enrolments.filter(state__in=states))
        return self.chance.choice(found) if found else None

    def leaves(self, group):
        from participants.services import queue

        if place := self.one(group, "enrolled", "waiting"):
            queue.leave(place, by=None)

    def comes(self, group):
        from participants.services.refusals import EnrolmentRefused
        from participants.tests.factories import enrolment, participant

        with suppress(EnrolmentRefused):
            enrolment(group, participant(given_name="Nouvelle", phone=""))

    def answers(self, group):
        from participants.services import queue

        with suppress(queue.OfferGone):
            if place := self.one(group, "offered"):
                self.chance.choice([queue.accept, queue.decline])(place, by=None)

    def lets_pass(self, group):
        from learningcity import clock
        from participants.models import Enrolment

        if place := self.one(group, "offered"):
            ends = clock.now() + timedelta(seconds=self.chance.uniform(*ENDS_IN))
            Enrolment.objects.filter(pk=place.pk, state="offered", answer_by__gt=ends).update(answer_by=ends)

    def places_change(self, group):
        from programmes.services import runs

        with suppress(runs.RunRefused):
            runs.change(group, by=self.officer, capacity=self.chance.randint(2, 8))


class Watcher(Thread):
    """Seat-seconds that stood empty while someone waited."""

    def __init__(self, over):
        super().__init__()
        self.over, self.idle, self.looks = over, 0.0, 0

    def run(self):
        from django.db import connection

        last = time.monotonic()
        with connection.cursor() as cursor:
            while not self.over.wait(LOOK_EVERY):
                cursor.execute(IDLE)
                now = time.monotonic()
                self.idle += float(cursor.fetchone()[0]) * (now - last)
                self.looks, last = self.looks + 1, now
        connection.close()


def main(options):
    with Ground() as ground:
        ground.enter()
        from participants.models import EnrolmentEvent
        from participants.tests.lines import month_ahead, places_in
        from programmes.tests.factories import course, member

        officer, shared = member("programme_officer"), course()
        groups = [month_ahead(course=shared, label=f"{n}", capacity=4) for n in range(options.groups)]
        for group in groups:
            places_in(group, 10)
        over = Event()
        watcher, actors = Watcher(over), [Actor(groups, officer, seed, over) for seed in range(ACTORS)]
        for thread in (watcher, *actors):
            thread.start()
        time.sleep(options.minutes * 60)
        over.set()
        for thread in (watcher, *actors):
            thread.join()
        events = EnrolmentEvent.objects.filter(run__in=groups)
        freed = events.filter(seat_delta__lt=0).count()
        expired = events.filter(to_state="expired").count()
        code, words = ground.command("check_invariants")
    share = watcher.idle / max(freed, 1)
    print(f"{sum(actor.deeds for actor in actors)} deeds, {freed} seats freed, {expired} of them by offers that passed")
    print(f"{watcher.idle:.1f} seat-seconds empty while someone waited, {share:.3f} for each ({watcher.looks} looks)")
    found = [fault for actor in actors for fault in actor.failed] + ([] if code == 0 else words.splitlines())
    for sentence in found[:20]:
        print("BREACH ", sentence)
    is_met = share <= 1 and not found and expired > 0
    print("PASS" if is_met else "FAIL")
    return not is_met


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--groups", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=3)
    sys.exit(main(parser.parse_args()))
