"""How residents sign in: a phone, and five digits that we text to it.

allauth keeps the sign-in that waits for its code in the session, so a code opens nothing in another browser. The code
itself is kept as a digest. A phone that nobody signs in with is answered like any other, and gets no message.
"""

import secrets

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from ..clients import client_address, is_spent
from ..models import User

OWN_DEVICE = "own_device"  # session key
WAITING = "waits_for_code"  # session key: {"phone", "then", "shown"}
DIGITS = 5
LIFE = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT
MOST_TRIES = 5
AN_HOUR, A_DAY = 3600, 86_400
MOST_PER_HOUR, MOST_PER_DAY = 3, 10  # codes to one phone
MOST_PER_ADDRESS = 300  # in an hour: a class that signs in from one library passes


class CodeRefused(Exception):
    """Carries a sentence for whoever asked."""

    def __init__(self, sentence):
        super().__init__(sentence)
        self.sentence = sentence


class CodeStage(LoginByCodeStage):
    """A sign-in of a resident that was begun keeps nobody from the sign-in of staff."""

    urlname = "passport-code"

    def is_resumable(self, request):
        return False


def start(request, phone, *, then=""):
    """Text a code to the phone (E.164) of a resident; `then` is a page of ours. Raises CodeRefused."""
    if is_too_much(request, phone):
        raise CodeRefused(_("Too many codes were asked for this number. Wait an hour, or call us."))
    user = User.objects.filter(phone=phone, is_active=True).first()
    process = LoginCodeVerificationProcess.initiate(request=request, user=user, phone=phone)
    shown = process.code if settings.DEMO else ""
    request.session[WAITING] = {"phone": phone, "then": then, "shown": shown}
    process.state["number"] = secrets.token_hex(8)
    process.state["code"] = process.code and digest(process.code, process.state["number"])
    process.persist()


def is_too_much(request, phone):
    """Counted alike for phones that nobody signs in with. While the cache is away nobody gets a code."""
    by_phone = [(MOST_PER_HOUR, AN_HOUR), (MOST_PER_DAY, A_DAY)]
    return is_spent("codes from", client_address(request), most=MOST_PER_ADDRESS, seconds=AN_HOUR) or any(
        is_spent(f"codes in {seconds}", phone, most=most, seconds=seconds) for most, seconds in by_phone
    )


def send_again(request):
    """Another code to the same phone; the one before is void. Raises CodeRefused."""
    waiting = waiting_for(request)
    start(request, waiting["phone"], then=waiting["then"])


def waiting_for(request):
    """The phone that a code of this browser was asked for and the page that follows, or None."""
    return request.session.get(WAITING)


def enter(request, typed):
    """The answer that signs the resident in: the code counts once, in this browser. Raises CodeRefused."""
    stage = LoginStageController.enter(request, CodeStage.key)
    process = stage and LoginCodeVerificationProcess.resume(stage)
    if not process:
        raise CodeRefused(_("This code is more than 15 minutes old. Ask for a new code."))
    number = process.state["number"]
    if is_spent("tries of code", number, most=MOST_TRIES, seconds=LIFE):  # outside the session: tries come at once too
        raise CodeRefused(_("Too many tries. Wait 15 minutes, then ask for a new code, or call us."))
    if not constant_time_compare(digest(typed, number), process.code):
        raise CodeRefused(_("That is not the code we sent. Check the 5 digits and try again."))
    then = request.session.pop(WAITING)["then"]
    process.state.pop("phone")  # the session need not keep it
    return process.finish(then or reverse("passport"))


def stay_signed_in(request):
    """On a phone that is one's own; elsewhere the session ends with the browser or after half an hour idle."""
    request.session[OWN_DEVICE] = True
    request.session.set_expiry(settings.OWN_DEVICE_SESSION)


def new_code():
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def digest(code, number):
    return salted_hmac("sign-in code", f"{number} {code}").hexdigest()
