from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email, password, **fields):
        return self.create_user(email, password, is_superuser=True, **fields)

    def of_phone(self, phone, *, language):
        """The resident of this phone, E.164, made now if there is none."""
        return self.get_or_create(phone=phone, defaults={"password": make_password(None), "language": language})[0]

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in: staff with e-mail and password, residents with the phone of their passport and a code.
    People who learn need no account; a `Participant` is another record."""

    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    phone = PhoneNumberField(_("mobile phone"), blank=True, default="", db_default="")
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, default="fr")
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="user_email_once",
                violation_error_message=_("This e-mail already has an account."),
            ),
            models.UniqueConstraint(fields=["phone"], condition=~Q(phone=""), name="user_phone_once"),
            models.CheckConstraint(condition=~Q(email="", phone=""), name="user_email_or_phone"),
            models.CheckConstraint(  # `!` begins a password that cannot be typed
                condition=Q(phone="") | Q(password__startswith="!", is_superuser=False), name="user_phone_no_password"
            ),
        ]

    def __str__(self):
        return self.name or str(self.phone)

    @property
    def is_resident(self):
        """Whether this is the account of a passport, which opens no page of staff."""
        return bool(self.phone)
