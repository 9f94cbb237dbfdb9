"""A form that is sent twice makes one record. The journal keeps the key it carried, with a digest of its answers."""

from hashlib import sha256
from typing import NamedTuple

from django.db.models import Model
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from learningcity.models import AuditEntry

KEY_LENGTH, KEY_LETTERS = 8, "23456789abcdefghjkmnpqrstuvwxyz"  # none that a reader takes for another
KEY = rf"^[{KEY_LETTERS}]{{{KEY_LENGTH}}}\Z"


class KeyUsed(Exception):
    """The form was sent before, with other answers: nothing is made of these."""

    def __init__(self):
        self.sentence = _("This form was sent before, with other answers. Look at what it made, and change it there.")
        self.sentences = [self.sentence]
        super().__init__(self.sentence)


class Sent(NamedTuple):
    """What a form came with. As `detail` of the entry in the journal it lets `made` find the record again."""

    key: str
    digest: str

    @property
    def detail(self):
        return self._asdict()


def new_key():
    return get_random_string(KEY_LENGTH, KEY_LETTERS)


def sent(key, *answers):
    """`answers` are all that the record depends on, and who sent them."""
    return Sent(key, digest(*answers))


def digest(*values):
    """16 letters that differ when one of the values does. Records count as their primary keys."""
    return sha256("\0".join(map(_text, values)).encode()).hexdigest()[:16]


def _text(value):
    if isinstance(value, Model):
        return f"{value._meta.label_lower}:{value.pk}"
    if isinstance(value, dict):
        return _text([each for item in sorted(value.items()) for each in item])
    if isinstance(value, list | tuple):
        return f"[{digest(*value)}]"
    return "" if value is None else str(value)


def made(records, action, sent):
    """Which of these records was made, by an `action` of the journal, of the form that is now sent again; or None."""
    if sent is None:
        return None
    subjects = {f"{record._meta.label_lower}:{record.pk}": record for record in records}
    entries = AuditEntry.objects.filter(action=action, subject__in=subjects, detail__key=sent.key)
    entry = entries.order_by("pk").first()
    if entry and entry.detail["digest"] != sent.digest:
        raise KeyUsed
    return entry and subjects[entry.subject]
