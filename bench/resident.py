"""A person's browser on the last page of an enrolment: real cookies, real form, and a finger that tries again."""

import http.client
import re
from dataclasses import dataclass
from urllib.parse import urlencode

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
RECEIPT = re.compile(r"^/i/([\w-]+)/(?:\?|$)")
TITLE = re.compile(r"<title>(.+?) –")
STATES = {"Place confirmed": "enrolled", "Waiting": "waiting", "Place offered": "offered"}  # as a title says them
SIBLING = {"given_name": "Second", "birth_0": "2", "birth_1": "5", "birth_2": "1999", "sex": "M"}
SIBLING |= {"relation": "mother", "guardian_name": "Salma"}
PATIENCE = 60  # seconds for one answer, as a browser has


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: str

    @property
    def receipt(self):
        """The token in a redirect to a receipt, or None."""
        found = RECEIPT.match(self.headers.get("Location", ""))
        return found and found[1]

    def is_polite_refusal(self, language):
        """The busy page: in the person's language and saying when to come again."""
        return f'lang="{language}"' in self.body and self.headers.get("Retry-After", "").isdecimal()


class Resident:
    """`path` is the check page of a draft. `form` is what the page in front of the person would send, or None."""

    def __init__(self, port, path):
        self.port, self.path = port, path
        self.cookie, self.form, self.district = "", None, "outside"

    @property
    def language(self):
        return self.path.split("/")[1]

    def step(self):
        """Send the form in hand, or fetch the page. None when no answer came; the form stays in hand."""
        try:
            answer = self._ask("POST", urlencode(self.form)) if self.form else self._ask("GET")
        except (OSError, http.client.HTTPException):
            return None
        if answer.status == 200:
            self._read(answer)
        return answer

    def state(self):
        """What the receipt at this path says, as a state of a place."""
        self.path += "?langue=en"
        found = TITLE.search(self._ask("GET").body)
        return STATES.get(found[1], found[1]) if found else None

    def bring(self, receipt):
        """Enrol a second person from a receipt, together with the first where one may: her receipt, or empty. Who gets
        no answer on the way gives up."""
        try:
            return self._bring(receipt)
        except (OSError, http.client.HTTPException):
            return ""

    def _bring(self, receipt):
        self.path = f"/i/{receipt}/"
        self._read(self._ask("GET"))
        self.path += "autre/"
        for typed in ({}, SIBLING | {"district": self.district}, {"consent": "on", "together": "on", "wait": "1"}):
            answer = self._ask("POST", urlencode({"csrfmiddlewaretoken": self.form["csrfmiddlewaretoken"], **typed}))
            if answer.status != 302 or answer.receipt:
                break
            self.path = answer.headers["Location"]
            self._read(self._ask("GET"))
        return answer.receipt or ""

    def _ask(self, method, body=None):
        headers = {"Cookie": self.cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, self.path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def _read(self, answer):
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookie = line.partition(";")[0] if line.startswith("csrf=") else self.cookie
        token = CSRF.search(answer.body)
        self.form = {"csrfmiddlewaretoken": token[1], "consent": "on"} if token else None
        if self.form and 'name="wait"' in answer.body:
            self.form["wait"] = "1"
