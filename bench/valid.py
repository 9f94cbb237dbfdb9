"""The pages of a demonstration city before the Nu validator of HTML: `.venv/bin/python bench/valid.py vnu.jar`, two
minutes. It needs a Java, and the archive that https://github.com/validator/validator publishes.

Six pages of each kind that the sitemap names, in each language; searches, filters and errors; the way to an enrolment
with an empty form and a refused one; what stands behind a receipt. Exit code 1, with one example of each error.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from ground import Ground, get

MOST = 6  # of a kind
LANGUAGES = ("fr", "ar", "en")
ADDRESS = re.compile(r"<loc>https?://[^/]+(/[^<]*)</loc>")
ALONE = ["cours/?q=couture", "cours/?q=zzzzqq", "cours/?arr=anfa&places=1", "cours/?page=2", "cours/filtres/", "rien/"]
ALONE += ["me-prevenir/", "aide/s-entrainer/", "components/", "observatoire/", "gestion/connexion/"]
BEHIND = ["", "annuler/", "mes-donnees/", "effacer/"]  # a receipt


def main(jar):
    with Ground(DEMO="true") as ground:
        ground.enter()
        addresses = [
            *listed(ground.port),
            *(f"/{code}/{rest}" for code in LANGUAGES for rest in ALONE),
            *of_a_resident(),
        ]
        answers = {address: get(ground.port, address) for address in addresses}
    pages = {address: answer.body for address, answer in answers.items() if answer.status // 100 != 3}
    errors = defaultdict(list)
    for address, said in judged(pages, jar):
        errors[said].append(address)
    for said, where in errors.items():
        print(f"{len(where):3}  {said}\n     {where[0]}")
    print(f"{len(pages)} pages, {len(errors)} kinds of error")
    return bool(errors)


def listed(port):
    """Some of each kind, by the first part of the address, in each language."""
    kinds = defaultdict(list)
    for address in ADDRESS.findall(get(port, "/sitemap.xml").body.decode()):
        _empty, language, *rest = address.split("/")
        kinds[language, rest[0] if rest else "", len(rest)].append(address)
    return ["/", *(address for found in kinds.values() for address in found[:MOST])]


def of_a_resident():
    """The pages of an enrolment that has been begun, and of one that has been made."""
    from participants.models import Enrolment
    from participants.tests.factories import draft
    from programmes.tests.factories import run

    begun, place = draft(run(capacity=20)), Enrolment.objects.live().first()
    way = f"inscription/{begun.run.code}"
    steps = [f"/{code}/{way}/{step}/?d={begun.token}" for code in LANGUAGES for step in ("1", "2", "3", "verifier")]
    return steps + [f"/i/{place.token}/{rest}?langue={code}" for code in LANGUAGES for rest in BEHIND]


def judged(pages, jar):
    """(address, what is wrong) of each error."""
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, (address, body) in enumerate(pages.items()):
            path = Path(folder, f"{number:04}.html")
            path.write_bytes(body)
            names[path.name] = address
        command = ["java", "-jar", jar, "--format", "json", "--exit-zero-always", folder]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    for message in json.loads(said)["messages"]:
        if message["type"] != "info":
            yield names[Path(message["url"]).name], message["message"]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1]))
