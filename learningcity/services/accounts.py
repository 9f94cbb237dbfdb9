"""How staff sign in: an account made for them, a password, a second factor. People who learn need none of it; how
residents open their passport with a code is in `sign_in_codes.py`."""

import time
import unicodedata
from uuid import uuid4

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core.cache import cache
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathImage

from ..clients import client_address
from ..models import User
from ..models.messages import Channel
from . import messages, sign_in_codes

SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"  # session keys, seconds since 1970
LONGEST_PASSWORD = 128
CODE_MEMORY = 120  # seconds: longer than a code is accepted, so that none works twice

DEMO_PASSWORD = "apprendre-a-casablanca"
DEMO_TOTP_SECRET = "CASABLANCAAPPRENDDEMONSTRATION23"  # base32, public on purpose
DEMO_STAFF = [
    ("trainer", _("Trainer"), "formatrice@demo.example"),
    ("manager", _("Organisation manager"), "responsable@demo.example"),
    ("district_officer", _("District officer"), "arrondissement@demo.example"),
    ("programme_officer", _("Programme officer"), "programme@demo.example"),
    ("official", _("Official"), "elue@demo.example"),
]


def canonical_email(email):
    """One spelling per account: trimmed, compatibility forms unfolded, lower case, no final dot. Empty when letters
    outside ASCII remain: a dotless i must never open the account of a dotted one."""
    email = unicodedata.normalize("NFKC", email.strip()).lower().rstrip(".")
    return email if email.isascii() else ""


class StaffAccountAdapter(DefaultAccountAdapter):
    """What allauth asks the house. Accounts are given, so sign-up stays closed."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail or the password is not right."),
        "incorrect_password": _("The password is not right."),
        "too_many_login_attempts": _("Too many tries. Wait 30 minutes, or call the help desk."),
        "rate_limited": _("Too many tries. Wait 30 minutes, or call the help desk."),
    }

    def is_open_for_signup(self, request):
        return False

    def is_ajax(self, request):
        return False

    def get_client_ip(self, request):
        """Whose tries are counted together."""
        return client_address(request)

    def add_message(self, request, level, message_template=None, message_context=None, extra_tags="", message=None):
        """The page that follows says what happened; allauth's own sentences would speak with another voice."""

    def clean_email(self, email):
        return canonical_email(email)

    def authenticate(self, request, **credentials):
        """A password too long to be one costs a try but no hashing."""
        credentials["email"] = canonical_email(credentials.get("email", ""))
        if len(credentials.get("password", "")) > LONGEST_PASSWORD or not credentials["email"]:
            self.pre_authenticate(request, **credentials)
            return None
        return super().authenticate(request, **credentials)

    def reauthenticate(self, user, password):
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def login(self, request, user):
        super().login(request, user)
        request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(time.time())

    # --- Residents --------------------------------------------------------------------------------------------

    def get_login_stages(self):
        usual, ours = "allauth.account.stages.LoginByCodeStage", "learningcity.services.sign_in_codes.CodeStage"
        return [ours if stage == usual else stage for stage in super().get_login_stages()]

    def get_phone(self, user):
        return (str(user.phone), True) if user.phone else None

    def get_user_by_phone(self, phone):
        return User.objects.filter(phone=phone).first()

    def generate_phone_verification_code(self, *, user, phone):
        return sign_in_codes.new_code()

    def send_verification_code_sms(self, user, phone, code, **more):
        """At once, also at night. `delivery` blanks the row when the code has left."""
        messages.write(
            channel=Channel.SMS,
            recipient=phone,
            language=user.language,
            template="sign_in_code",
            values={"code": code, "course": None, "reference": "", "link": ""},
            dedupe_key=f"sign-in:{uuid4()}",
        )


class StaffMFAAdapter(DefaultMFAAdapter):
    def build_totp_svg(self, url):
        """Inline in the page, since the policy allows no `data:` address."""
        drawing = qrcode.make(url, image_factory=SvgPathImage).to_string(encoding="unicode")
        return mark_safe(drawing)


def use_code_once(user, code):
    """True the first time; allauth itself forgets a used code before it stops being accepted."""
    return cache.add(f"second-factor:{user.pk}:{code}", 1, timeout=CODE_MEMORY)


def demo_code(user=None):
    """The six digits an authenticator would show now; when the user spent them, another that still works."""
    now, *others = [totp.format_hotp_value(totp.hotp_value(DEMO_TOTP_SECRET, counter)) for counter in counters()]
    return next((code for code in [now, *others] if user is None or not is_spent(user, code)), now)


def counters():
    """The time steps that are accepted, the present one first."""
    before, present, after = sorted(totp.yield_hotp_counters_from_time())
    return present, after, before


def is_spent(user, code):
    return cache.get(f"second-factor:{user.pk}:{code}") is not None


def enrol_demo_second_factor(user):
    """Gives the user the published secret, so that anyone can try the staff pages of a demonstration."""
    Authenticator.objects.update_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": totp.encrypt(DEMO_TOTP_SECRET)}}
    )


def has_demo_second_factor(user):
    own = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()
    return own is not None and totp.decrypt(own.data["secret"]) == DEMO_TOTP_SECRET


def demo_sign_ins():
    """(role, e-mail, password, code of this moment) of the demonstration staff; nothing outside a demonstration."""
    if not settings.DEMO:
        return []
    return [(role, email, DEMO_PASSWORD, demo_code()) for _key, role, email in DEMO_STAFF]
