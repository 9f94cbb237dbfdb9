"""The catalogue against floors in bare Django on the same machine, in one run: `.venv/bin/python bench/catalogue.py`,
about five minutes.

    --courses 2000 --runs 20000   the offer it makes, in a PostgreSQL of its own that is gone afterwards
    --rounds 5 --seconds 2        each side is pressed in turn, after a first round that is dropped
    --only P3                     some of the workloads
    --plain                       answers uncompressed on both sides
    --quick                       a twentieth of the offer, short rounds: whether it runs, not how fast

A ratio is the floor's processor time per request by ours: 1 is as cheap as the floor. Counted are the web server with
its children, PostgreSQL and Valkey. The portal runs as in production behind a proxy, with its access log; the floors
are `bench/floors.py`, with the same gunicorn. What other software costs was recorded elsewhere beside the same floors;
it is scaled by them to this machine. Uncached pages are asked of the database each time, but drawn once for what they
say, and an answer stands as long as nothing was written that it reads: `all different` are pages of which none was
asked for before.
Exit code 1 when a target is missed.
"""

import argparse
import gzip
import os
import random
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from ground import Ground
from load import Asked, beside_floor, portal, race, spent
from processes import parts

HOST = "apprend.example"
FROM_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https"}
RECORDED = {  # processor milliseconds per request on a machine with the floors below; how many times less we want
    "P1": [("pretix, its own cache", 4.4, 5)],
    "P2": [("pretix index", 93, 20), ("Linked Events list", 134, 30)],
    "P3": [("Linked Events full text", 140, 15)],
    "P4": [("pretix event page", 40, 6)],
}
FLOORS_THERE = {"P1": 0.7, "P2": 3.4, "P3": 8.2, "P4": 3.4}  # milliseconds: how fast that machine was
TARGETS = {"P1": 0.6, "P2": 0.8, "P3": 1.0, "P4": 0.6}
LARGE, TARGET_WHEN_LARGE = 200_000, {"P3": 0.8}
STATEMENTS = 3  # of a catalogue page
REBUILT_WITHIN = 20  # seconds, for 20,000 groups
MANY = 2000
QUESTIONS = 12  # different ones in each kind of search
LOADED = re.compile(r'(?:<link rel="(?:icon|stylesheet)" href|<script src|<img[^>]* src|<use href)="(/static/[^"#]+)')
DRAWN = re.compile(r"url\([\"']?([^)\"']+)")
KILOBYTES = {"home": 10, "catalogue": 18, "search": 18, "course": 10, "twenty results": 8, "first load": 60}


@dataclass(frozen=True)
class Contest:
    number: str
    name: str
    ours: Asked
    floor: Asked


def main():
    options = arguments()
    with Ground() as ground:
        ground.enter()
        from offer import fill, lay_floor

        started = time.perf_counter()
        fill(options.courses, options.runs)
        say("", f"{options.courses} courses, {options.runs} groups made in {time.perf_counter() - started:.0f} s")
        kept = index(options.runs, ground)
        lay_floor()
        servers = start(ground)
        try:
            kept &= measure(options, servers, ground)
        finally:
            for server in servers.values():
                server.stop()
    sys.exit(not kept)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--courses", type=int)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--only", action="append", choices=["", *sorted(TARGETS)])
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.runs, options.rounds, options.seconds = options.runs // 20, 1, 0.3
    options.courses = options.courses or options.runs // 10
    return options


def index(runs, ground):
    """Whether the data of the search was rebuilt in time."""
    from programmes.services.indexing import index_all

    database = [("PostgreSQL", parts(ground.pid)["PostgreSQL"][0].pid)]
    before, started, busy = spent(database), time.perf_counter(), time.process_time()
    index_all()
    took, bar = time.perf_counter() - started, REBUILT_WITHIN * max(1, runs / 20_000)
    busy, stored = time.process_time() - busy, spent(database)["PostgreSQL"] - before["PostgreSQL"]
    said = f"search data of {runs} groups rebuilt: {took:.1f} s (processor: Python {busy:.1f}, PostgreSQL {stored:.1f})"
    return judge("P12", said, took <= bar, f"{bar:.0f} s")


# --- Servers ------------------------------------------------------------------------------------------------


def start(ground):
    """{"cached", "uncached", "floor"}: the portal with and without its page cache, and the floors."""
    usual = {"site": f"https://{HOST}", "BEHIND_PROXY": "true"}
    cached = portal(ground, "cached", PAGE_CACHE="true", **usual)
    return beside_floor(ground, cached=cached, uncached=portal(ground, "uncached", PAGE_CACHE="false", **usual))


def measure(options, servers, ground):
    """Whether every target was met."""
    from django.core.cache import cache

    headers = FROM_PROXY | ({} if options.plain else {"Accept-Encoding": "gzip"})
    contests = workloads(servers, headers)
    answer, body = contests[0].ours.once(contests[0].ours.paths[0])
    cache.set("bench:page", (body, answer.headers.get("Content-Encoding", "identity")), None)
    services = {name: family[0].pid for name, family in parts(ground.pid).items() if name in ("PostgreSQL", "Valkey")}
    kept = True
    for contest in contests:
        if not options.only or contest.number in options.only:
            sides = race(contest.ours, contest.floor, services, rounds=options.rounds, seconds=options.seconds)
            kept &= tell(contest, *sides, large=options.runs >= LARGE)
    return statements(contests) & weights(contests) & kept


# --- Workloads ----------------------------------------------------------------------------------------------


def workloads(servers, headers):
    def ours(which, *paths, **more):
        return Asked(servers[which], list(paths), headers | more)

    def floor(*paths):
        return Asked(servers["floor"], list(paths), headers)

    def searches(language, count):
        asked = questions(language, count)
        floors = floor(*(each.floor_path(language) for each in asked))
        return ours("uncached", *(each.path(language) for each in asked)), floors

    catalogue = ours("cached", "/fr/cours/")
    tag = catalogue.once("/fr/cours/")[0].headers.get("ETag", "")
    courses = course_paths()
    lists, pages = all_different("/fr/cours/"), all_different(courses[0])
    return [
        Contest("P1", "catalogue, kept", catalogue, floor("/cached")),
        Contest("P1", "catalogue, 304", ours("cached", "/fr/cours/", **{"If-None-Match": tag}), floor("/cached")),
        Contest("P2", "catalogue, French", ours("uncached", "/fr/cours/"), floor("/list?l=fr")),
        Contest("P2", "catalogue, Arabic", ours("uncached", "/ar/cours/"), floor("/list?l=ar")),
        Contest("P3", "words and filters, French", *searches("fr", QUESTIONS)),
        Contest("P3", "misspelt words, Arabic", *searches("ar", QUESTIONS)),
        Contest("P4", "course page", ours("uncached", *courses), floor("/list?l=fr")),
        Contest("", "French, all different", *searches("fr", MANY)),
        Contest("", "Arabic, all different", *searches("ar", MANY)),
        Contest("", "catalogue, all different", ours("uncached", *lists), floor("/list?l=fr")),
        Contest("", "course page, all different", ours("uncached", *pages), floor("/list?l=fr")),
    ]


@dataclass(frozen=True)
class Question:
    """A word of a title, as it is and as it is typed, with the choices that go with it."""

    word: str
    typed: str
    district: object = None
    theme: str = ""

    def path(self, language):
        chosen = {"q": self.typed, "arr": self.district and self.district.slug, "theme": self.theme}
        return f"/{language}/cours/?{urlencode({name: value for name, value in chosen.items() if value})}"

    def floor_path(self, language):
        chosen = {"q": self.word, "d": self.district and self.district.pk, "t": self.theme, "l": language}
        return f"/search?{urlencode({name: value for name, value in chosen.items() if value})}"


def questions(language, count):
    """French ones with a district or a theme of a group that has the word; Arabic ones with a letter wrong."""
    from programmes.models import CourseRun

    chance, found = random.Random(language), []
    runs = CourseRun.objects.filter(code__startswith="BG").order_by("code")
    pks = list(runs.values_list("pk", flat=True))
    chosen = runs.filter(pk__in=pks[:: max(1, len(pks) // count)][:count])
    for run in chosen.select_related("course", "venue__district"):
        title = getattr(run.course, f"title_{language}")
        words = [word for word in re.findall(r"\w+", title) if len(word) >= 5]
        word = chance.choice(words or title.split())
        if language == "ar":
            found.append(Question(word, misspell(word, chance)))
        elif len(found) % 2:
            found.append(Question(word, word, theme=run.course.theme))
        else:
            found.append(Question(word, word, district=run.venue.district))
    return found


def misspell(word, chance):
    """One letter left out or two changed places, not at the ends."""
    place = chance.randrange(2, len(word) - 1) if len(word) > 3 else 1
    if chance.random() < 0.5:
        return word[:place] + word[place + 1 :]
    return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]


def all_different(path):
    """More addresses than pages are remembered, and more than are asked in a round."""
    return [f"{path}?n={number}" for number in range(MANY)]


def course_paths():
    from programmes.models import Course

    slugs = Course.objects.filter(code__startswith="B").order_by("code").values_list("slug", flat=True)
    return [f"/fr/cours/{slug}/" for slug in slugs[:QUESTIONS]]


# --- Verdicts -----------------------------------------------------------------------------------------------


def tell(contest, ours, floor, *, large):
    ratio = floor.milliseconds / ours.milliseconds
    said = f"{contest.name:<27}{shown(ours)}   floor {shown(floor)}   {ratio:.2f} times the floor"
    if contest.number not in TARGETS:
        say("", said)
        return True
    target = (TARGET_WHEN_LARGE if large else {}).get(contest.number, TARGETS[contest.number])
    kept = judge(contest.number, said, ratio >= target, target)
    for name, milliseconds, times in RECORDED[contest.number]:
        here = milliseconds * floor.milliseconds / FLOORS_THERE[contest.number]
        said = f"{'':<27}{here / ours.milliseconds:.1f} times less than {name} at the speed of this machine"
        kept &= judge("", said, here / ours.milliseconds >= times, times)
    return kept


def shown(cost):
    shares = ", ".join(f"{name} {value:.2f}" for name, value in cost.parts.items())
    return f"{cost.rate:6.0f}/s {cost.milliseconds:5.2f} ms ({shares})"


def statements(contests):
    """Whether catalogue and searches ask the database rarely enough, whatever was asked."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.PAGE_CACHE, kept = False, True
    client = Client(headers={"host": "localhost"})
    for contest in contests[2:7]:
        client.get(contest.ours.paths[0])  # what is asked once per process is asked now
        counts, answered = set(), 0
        for path in contest.ours.paths:
            with CaptureQueriesContext(connection) as queries:
                text = client.get(path).text
            counts.add(len(queries))
            answered += bool(re.search(r'<h3><a href="/\w\w/cours/', text))
        found = f"statements {sorted(counts)}, pages with courses: {answered} of {len(contest.ours.paths)}"
        if contest.number == "P4":
            say(contest.number, f"{contest.name}: {found}")
        else:
            kept &= judge(contest.number, f"{contest.name}: {found}", max(counts) <= STATEMENTS, STATEMENTS)
    return kept


def weights(contests):
    """Whether pages weigh, compressed, what they may."""
    kept = True
    asked = contests[2].ours
    asked = Asked(asked.server, asked.paths, asked.headers | {"Accept-Encoding": "gzip"})
    for language in ("fr", "ar"):
        pages = {
            "home": f"/{language}/",
            "catalogue": f"/{language}/cours/",
            "search": contests[4].ours.paths[0].replace("/fr/", f"/{language}/"),
            "course": contests[6].ours.paths[0].replace("/fr/", f"/{language}/"),
        }
        sizes = {name: len(asked.once(path)[1]) for name, path in pages.items()}
        page = gzip.decompress(asked.once(pages["catalogue"])[1]).decode()
        results = page[page.index('<div class="list') : page.index("</form>")]
        sizes["twenty results"] = len(gzip.compress(results.encode()))
        sizes["first load"] = first_load(asked, pages["catalogue"])
        for name, size in sizes.items():
            said = f"{name}, {language}: {size / 1024:.1f} KB"
            kept &= judge("P13", said, size <= KILOBYTES[name] * 1024, f"{KILOBYTES[name]} KB")
    return kept


def first_load(asked, path):
    """Bytes of a page with all it names and all its styles name."""
    _answer, page = asked.once(path)
    files, total = set(LOADED.findall(gzip.decompress(page).decode())), len(page)
    for name in sorted(files):
        answer, body = asked.once(name)
        total += len(body)
        if name.endswith(".css"):
            text = gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body
            drawn = {os.path.normpath(Path(name).parent / each) for each in DRAWN.findall(text.decode())}
            total += sum(len(asked.once(each)[1]) for each in drawn - files)
    return total


def judge(number, said, is_met, target):
    say(number, f"{said}: {'met' if is_met else 'MISSED'}, target {target}")
    return is_met


def say(number, line):
    print(f"{number:<5}{line}", flush=True)


if __name__ == "__main__":
    main()
