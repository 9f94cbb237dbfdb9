"""Enrolments while everything is killed: `.venv/bin/python bench/crash.py [--enrolments 600]`, within 90 seconds.

Residents send their forms to the real web server; worker, a web process, a backend of PostgreSQL, PostgreSQL itself
and Valkey are killed in between, and Valkey is emptied. Whoever had no answer tries again with the same form. At the
end everything that was acknowledged is there, once, in order, and announced at most once. Exit code 1 otherwise.
"""

import argparse
import os
import re
import signal
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from queue import Empty, SimpleQueue

from ground import Ground, get
from processes import parts
from resident import Resident

CLIENTS = 12
COMING = 35  # seconds in which new people come; whoever has begun may end
PATIENCE = 12  # seconds for which one person tries
FEW = 8  # seats of a group that fills up
ENOUGH = 100  # people, with a journal shorter than that nothing was shown
PAUSE = 0.3  # seconds before the next try
LANGUAGES = ("fr", "ar", "en")


# --- The city ---------------------------------------------------------------------------------------------


def groups(drafts):
    """Seven groups: three with seats for all, three with a waiting list, one whose list fills up too."""
    from programmes.tests import factories

    each = -(-drafts // 7)
    sizes = [(each, 0)] * 3 + [(FEW, each)] * 3 + [(FEW, FEW)]
    course = factories.course()
    return [factories.run(course=course, capacity=seats, waiting_places=line) for seats, line in sizes]


def drafts_for(runs, number):
    """Answers ready to send, each of another person; the groups take turns."""
    from participants.tests import factories

    for n in range(number):
        run = runs[n % len(runs)]
        person = {"given_name": f"Resident {n}", "phone": f"+2126{n:08}", "language": LANGUAGES[n % 3]}
        yield factories.draft(run, **person)


def check_path(draft):
    from django.urls import reverse
    from django.utils import translation

    with translation.override(draft.answers["language"]):
        return f"{reverse('enrol-check', args=[draft.run.code])}?d={draft.token}"


# --- The residents ----------------------------------------------------------------------------------------


class Crowd:
    """Threads that enrol `attempts`, pairs of a journal entry and a check page, and write down each outcome."""

    def __init__(self, port, attempts, path):
        self.port, self.path = port, path
        self.todo, self.total = SimpleQueue(), len(attempts)
        for attempt in attempts:
            self.todo.put(attempt)
        self.lock, self.done, self.wrong = threading.Lock(), 0, []
        self.end = time.monotonic() + COMING
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(CLIENTS)]

    def run(self):
        for thread in self.threads:
            thread.start()

    def wait(self):
        for thread in self.threads:
            thread.join()

    def _work(self):
        while time.monotonic() < self.end:
            try:
                entry, path = self.todo.get_nowait()
            except Empty:
                return
            try:
                self._enrol(entry, Resident(self.port, path))
            except Exception as error:  # a thread that dies silently would look like success
                self.wrong.append(f"{type(error).__name__} in the bench: {error}")
            with self.lock, self.path.open("a") as journal:
                journal.write(entry.line())
                self.done += 1

    def _enrol(self, entry, resident):
        end = time.monotonic() + PATIENCE
        while entry.outcome == "open" and time.monotonic() < end:
            now = time.time()
            if resident.form:
                entry.first_sent, entry.last_sent = entry.first_sent or now, now
            answer = resident.step()
            if answer is None:
                entry.unanswered += 1
            else:
                entry.statuses.append(answer.status)
                self._judge(entry, resident, answer)
            if answer is None or answer.status == 503:
                time.sleep(PAUSE)

    def _judge(self, entry, resident, answer):
        entry.answered = time.time()
        if answer.receipt:
            entry.outcome, entry.receipt = "acknowledged", answer.receipt
        elif answer.status == 409:
            entry.outcome = "refused"
        elif answer.status == 503:
            if not answer.is_polite_refusal(resident.language):
                self.wrong.append(f"a 503 without Retry-After or not in {resident.language}")
        elif answer.status != 200 or not resident.form:
            entry.outcome = "broken"
            self.wrong.append(f"{answer.status} for {resident.path}")


# --- The killing ------------------------------------------------------------------------------------------


class Nemesis:
    """Kills in the middle: each deed when its share of the people have their answer, or of the time has passed."""

    def __init__(self, ground, crowd, started):
        self.ground, self.crowd, self.started = ground, crowd, started
        self.outages = 0  # what may leave a text message in doubt
        self.deeds = [
            ("kill -9 the worker", self.worker),
            ("kill -9 a web process", self.web),
            ("kill -9 a backend of PostgreSQL", self.backend),
            ("FLUSHALL of Valkey", self.flush),
            ("kill -9 a web process", self.web),
            ("kill -9 PostgreSQL", self.postmaster),
            ("kill -9 the worker", self.worker),
            ("kill -9 Valkey", self.valkey),
            ("kill -9 a web process", self.web),
        ]

    def run(self):
        for number, (name, deed) in enumerate(self.deeds, 1):
            share = number / (len(self.deeds) + 1)
            latest = self.crowd.end - COMING * (1 - share)
            while self.crowd.done < share * self.crowd.total and time.monotonic() < latest:
                time.sleep(0.005)
            deed()
            print(f"{time.monotonic() - self.started:5.1f} s  {self.crowd.done:>4} answered: {name}", flush=True)

    def part(self, name):
        end = time.monotonic() + 20
        while name not in (found := parts(self.ground.pid)):
            if time.monotonic() > end:
                raise SystemExit(f"{name} does not come back:\n{self.ground.said.read_text()}")
            time.sleep(0.05)
        return found[name]

    def worker(self):
        self.outages += 1
        os.kill(self.part("worker")[0].pid, signal.SIGKILL)

    def web(self):
        os.kill(self.part("web")[1].pid, signal.SIGKILL)

    def backend(self):
        """A busy one if there is one: all others are cut off with it."""
        self.outages += 1
        backends = [each for each in self.part("PostgreSQL") if "portal portal" in each.command]
        busy = [each for each in backends if not each.command.endswith("idle")]
        os.kill((busy or backends)[0].pid, signal.SIGKILL)

    def postmaster(self):
        self.outages += 1
        os.kill(self.part("PostgreSQL")[0].pid, signal.SIGKILL)

    def valkey(self):
        os.kill(self.part("Valkey")[0].pid, signal.SIGKILL)

    def flush(self):
        import redis
        from django.conf import settings

        with redis.Redis.from_url(settings.REDIS_URL) as client:
            client.flushall()


# --- The end ----------------------------------------------------------------------------------------------


def drain(seconds=25):
    """Deliver what is left, the sweeper's way. Leases and delays are ended by hand instead of waited for.

    Returns how many messages nobody was working on any more.
    """
    from django.db.models.functions import Now

    from learningcity.models.messages import OutboxMessage
    from learningcity.services import delivery

    pending = OutboxMessage.objects.pending()
    left, before = pending.count(), None
    while left and left != before:
        time.sleep(1)
        left, before = pending.count(), left
    pending.update(next_try_at=Now() - delivery.LATE)
    end = time.monotonic() + seconds
    while pending.exists() and time.monotonic() < end:
        delivery.sweep()
        time.sleep(1)
    return left


def receipts_that_do_not_answer(port, acknowledged):
    from participants.models import Enrolment

    references = dict(Enrolment.objects.values_list("token", "reference"))
    with ThreadPoolExecutor(CLIENTS) as threads:
        answers = threads.map(lambda entry: get(port, f"/i/{entry.receipt}/"), acknowledged)
        for entry, answer in zip(acknowledged, answers, strict=True):
            if answer.status != 200 or references.get(entry.receipt, "?").encode() not in answer.body:
                yield f"the receipt {entry.receipt} answers {answer.status}"


def tell(journal, sms):
    import journal as book

    from learningcity.models.messages import OutboxMessage

    outcomes = Counter(entry.outcome for entry in journal)
    places = Counter(each.state for each in book.Ledger(journal).enrolments.values())
    statuses = Counter(status for entry in journal for status in entry.statuses)
    unanswered = sum(entry.unanswered for entry in journal)
    states = Counter(OutboxMessage.objects.values_list("state", flat=True))
    print("outcomes   ", dict(outcomes), "; places:", dict(places))
    print("answers    ", dict(sorted(statuses.items())), f"and {unanswered} requests without answer")
    told = sorted(entry.answered for entry in journal if entry.receipt)
    print(f"pause       {max(b - a for a, b in pairwise(told)):.1f} s at the most between two receipts")
    print(f"unheard     {book.committed_unheard(journal)} were committed by a request whose answer was lost")
    print("messages   ", dict(states), f"; {sum(sms.values())} texts in the file, of {len(sms)} messages")


def verdict(ground, nemesis, crowd):
    import journal as book

    entries = book.read(crowd.path)
    late = drain()
    print(f"swept       {late} messages that the broker had lost or a kill had left in doubt")
    sms = book.texts(ground.sms)
    tell(entries, sms)
    found = [*crowd.wrong, *book.breaches(entries), *book.message_breaches(entries, sms, kills=nemesis.outages)]
    found += [f"draft {entry.draft} never had an answer" for entry in entries if entry.outcome == "open"]
    found += receipts_that_do_not_answer(ground.port, [entry for entry in entries if entry.receipt])
    if len(entries) < crowd.total:
        print(f"unreached   {crowd.total - len(entries)} people had no turn within {COMING} seconds")
    if len(entries) < min(crowd.total, ENOUGH):
        found.append("too few people to show anything: is the machine busy?")
    code, words = ground.command("check_invariants")
    print(f"check_invariants exits {code}")
    return [*found, *([] if code == 0 else words.splitlines())]


def main(number):
    started = time.monotonic()
    with Ground() as ground:
        ground.enter()
        attempts = attempts_for(number)
        print(f"{time.monotonic() - started:5.1f} s  the city stands; {number} people, {CLIENTS} at a time", flush=True)
        crowd = Crowd(ground.port, attempts, ground.folder / "journal")
        nemesis = Nemesis(ground, crowd, started)
        crowd.run()
        nemesis.run()
        crowd.wait()
        print(f"{time.monotonic() - started:5.1f} s  everyone has an answer or has given up", flush=True)
        found = verdict(ground, nemesis, crowd)
        back = re.findall(r"^(.+) is back", ground.said.read_text(), re.MULTILINE)
    print("restarted  ", dict(Counter(back)))
    for sentence in found[:20]:
        print("BREACH ", sentence)
    print(f"{'FAIL' if found else 'PASS'}: {len(found)} breaches, {time.monotonic() - started:.0f} s")
    return bool(found)


def attempts_for(number):
    from django.db import connection
    from journal import Entry

    runs = groups(number)
    attempts = [(Entry(draft.token, draft.run.code), check_path(draft)) for draft in drafts_for(runs, number)]
    connection.close()  # it would not survive what comes
    return attempts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--enrolments", type=int, default=600)
    sys.exit(main(parser.parse_args().enrolments))
