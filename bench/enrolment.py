"""What an enrolment costs, against the least that can be done in bare Django: `.venv/bin/python bench/enrolment.py`,
about three minutes.

    --people 120   in each round, five rounds after one that is dropped

The last page and the deciding form, with rules, ledger, outbox and idempotency, over fifty groups (P5); the same for
one group that everybody wants, with 8 and 32 people at a time (P6); the whole journey with every page (P7). A ratio
is the floor's processor time by ours: web server with its children, PostgreSQL and Valkey. The floor is a form with its
CSRF token, a guarded update and an insert (`bench/floors.py`). What other software costs was recorded beside the same
floor elsewhere, and is scaled by it to this machine. Exit code 1 when a target is missed.
"""

import argparse
import http.client
import re
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import urlencode

from ground import Ground
from load import beside_floor, portal, spent
from processes import parts

FLOOR_THERE = 2.6  # milliseconds of a form and its sending where the others were recorded
RECORDED = [("pretix, order by its API", 84, 10), ("Joanie, which counts no seats", 28, 3)]
CHECKOUT = [("pretix, checkout in a browser", 367, 10)]
GROUPS, SEATS, CLIENTS, CROWDS = 50, 1000, 4, (8, 32)
ROUNDS, LEAST, LEAST_HOT = 5, 0.4, 0.8
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
numbers = count(1)


class Browser:
    """Follows one person through forms, on a connection that stays open."""

    def __init__(self, port):
        self.connection, self.cookie, self.token = http.client.HTTPConnection("127.0.0.1", port, timeout=60), "", ""

    def get(self, path):
        return self._ask("GET", path)

    def post(self, path, **typed):
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": self.token} | typed))

    def _ask(self, method, path, body=None):
        """The address it leads to, or this one."""
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookie = line.partition(";")[0]
        if found := TOKEN.search(text):
            self.token = found[1]
        if answer.status not in (200, 302):
            raise SystemExit(f"{method} {path} answers {answer.status}")
        return answer.headers.get("Location", path)


def last_page(browser, path):
    browser.get(path)
    if "/i/" not in browser.post(path, consent="on"):
        raise SystemExit(f"{path} gave no receipt")


def journey(browser, path):
    """From the course page to the receipt, every page fetched."""
    browser.get(path["course"])
    number, step = next(numbers), path["first"]
    browser.get(step)
    name = "".join(chr(ord("a") + int(digit)) for digit in str(number))
    person = {"given_name": f"Nom {name}", "family_name": "Yacoubi", "birth_0": "27", "birth_1": "3", "birth_2": "1998"}
    person |= {"sex": "F", "district": "outside"}
    phone = {"phone": f"06{number + 10_000_000:08}", "channel": "sms", "language": "fr"}
    for typed in ({"who": "me"}, person, phone, {"consent": "on"}):
        step = browser.post(step, **typed)
        browser.get(step)
    if not step.startswith("/i/"):
        raise SystemExit(f"The journey ends at {step}")


def cost(deed, port, families, paths, clients=CLIENTS):
    """(processor milliseconds of one, how many in a second)."""
    before, started = spent(families), time.perf_counter()
    shares = [paths[number::clients] for number in range(clients)]

    def work(share):
        browser = Browser(port)
        for path in share:
            deed(browser, path)

    with ThreadPoolExecutor(clients) as threads:
        list(threads.map(work, shares))
    took, after = time.perf_counter() - started, spent(families)
    return sum(after[name] - before[name] for name in before) * 1000 / len(paths), len(paths) / took


def main(people):
    with Ground() as ground:
        ground.enter()
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_seats (run int PRIMARY KEY, taken int, capacity int)")
            cursor.execute("CREATE TABLE bench_places (id serial PRIMARY KEY, run int, name text)")
            cursor.execute("INSERT INTO bench_seats SELECT n, 0, 1000000 FROM generate_series(1, %s) n", [GROUPS])
        servers = start(ground)
        try:
            kept = measure(servers, ground, people)
        finally:
            for server in servers.values():
                server.stop()
        code, words = ground.command("check_invariants")
    print(words if code else "invariants hold")
    return not kept or code


def start(ground):
    open_to_all = {"SECURE_SSL_REDIRECT": "false", "ENROLMENT_POSTS_PER_HOUR": "1000000"}
    return beside_floor(ground, ours=portal(ground, "ours", site="http://127.0.0.1", **open_to_all))


def measure(servers, ground, people):
    services = [(name, family[0].pid) for name, family in parts(ground.pid).items() if name in ("PostgreSQL", "Valkey")]
    families = {name: [("web", server.pid), *services] for name, server in servers.items()}
    groups = [group(SEATS) for _number in range(GROUPS)]

    def ours(deed, paths, clients=CLIENTS):
        return cost(deed, servers["ours"].port, families["ours"], paths, clients)

    def floor():
        paths = [f"/enrol?r={number % GROUPS + 1}" for number in range(people)]
        return cost(last_page, servers["floor"].port, families["floor"], paths)

    rounds = [(ours(last_page, drafts(groups, people)), floor()) for _round in range(ROUNDS + 1)][1:]
    (mine, rate), (least, _rate) = (
        map(statistics.median, zip(*side, strict=True)) for side in zip(*rounds, strict=True)
    )
    kept = judge("P5", f"last page and its form {mine:.1f} ms, {rate:.0f}/s; floor {least:.1f} ms", least / mine, LEAST)
    kept &= others(RECORDED, mine, least)
    for clients in CROWDS:
        spread, hot = [], []
        for _round in range(ROUNDS):
            spread.append(ours(last_page, drafts(groups, people), clients)[1])
            hot.append(ours(last_page, drafts([group(people)], people), clients)[1])
        fast, slow = statistics.median(spread), statistics.median(hot)
        said = f"{clients} at a time: {slow:.0f}/s for one group, {fast:.0f}/s spread"
        kept &= judge("P6", said, slow / fast, LEAST_HOT)
    whole = statistics.median(ours(journey, journeys(groups, people))[0] for _round in range(ROUNDS + 1))
    print(f"P7   the whole journey, ten pages: {whole:.1f} ms")
    return kept & others(CHECKOUT, whole, least)


def others(recorded, mine, least):
    kept = True
    for name, milliseconds, times in recorded:
        here = milliseconds * least / FLOOR_THERE
        kept &= judge("", f"times less than {name}, at the speed of this machine", here / mine, times)
    return kept


def judge(number, said, reached, wanted):
    is_met = reached >= wanted
    print(f"{number:<5}{said}: {reached:.2f}, {'met' if is_met else 'MISSED'}, target {wanted}", flush=True)
    return is_met


def group(seats):
    from programmes.tests.factories import run

    return run(capacity=seats, meetings=0)


def drafts(groups, people):
    """The last page of so many people, each with answers of her own."""
    from participants.tests.factories import draft

    paths = []
    for place in range(people):
        number, of = next(numbers), groups[place % len(groups)]
        kept = draft(of, given_name=f"N{number}", phone=f"+2126{number + 10_000_000:08}")
        paths.append(f"/fr/inscription/{of.code}/verifier/?d={kept.token}")
    return paths


def journeys(groups, people):
    chosen = [groups[place % len(groups)] for place in range(people)]
    return [{"course": f"/fr/cours/{of.course.slug}/", "first": f"/fr/inscription/{of.code}/1/"} for of in chosen]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=120)
    sys.exit(main(parser.parse_args().people))
