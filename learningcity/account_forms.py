"""The forms of the sign-in, in our words and with our digits."""

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .forms import PhoneField
from .i18n import ascii_digits
from .services.accounts import demo_code, has_demo_second_factor, use_code_once

INCORRECT_CODE = _("That is not the code. Check the 6 digits and try again.")


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(
            label=_("E-mail"),
            max_length=254,
            widget=forms.EmailInput(attrs={"autocomplete": "username"}),
            error_messages={
                "required": _("Enter your e-mail"),
                "invalid": _("Enter an e-mail, for example nom@domaine.ma"),
            },
        )
        self.fields["password"] = password_field()
        self.order_fields(["login", "password"])


class ConfirmPasswordForm(ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"] = password_field()


def password_field():
    return forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password")},
    )


class CodeMixin:
    """Arabic-Indic digits and spaces are accepted, a code works once, and a demonstration shows it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label=_("Code of the application"),
            help_text=self.hint(),
            max_length=20,
            widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
            error_messages={"required": _("Enter the 6 digits")},
        )

    def hint(self):
        if settings.DEMO and has_demo_second_factor(self.user):
            return gettext("Demonstration: the code is {code}.").format(code=demo_code(self.user))
        return _("The 6 digits that your authenticator application shows, or one of your recovery codes.")

    def clean_code(self):
        code = "".join(ascii_digits(self.cleaned_data["code"]).split())
        self.cleaned_data["code"] = code
        try:
            super().clean_code()
        except forms.ValidationError as refusal:
            if refusal.code == "incorrect_code":
                raise incorrect() from refusal
            raise
        if not use_code_once(self.user, code):
            raise incorrect()
        return code


def incorrect():
    return forms.ValidationError(INCORRECT_CODE, code="incorrect_code")


class SecondFactorForm(CodeMixin, AuthenticateForm):
    pass


class ConfirmCodeForm(CodeMixin, ReauthenticateByCodeForm):
    pass


class SetUpSecondFactorForm(CodeMixin, ActivateTOTPForm):
    def hint(self):
        return _("The 6 digits that your authenticator application shows.")


# --- Residents ------------------------------------------------------------------------------------------------


class ResidentForm(forms.Form):
    phone = PhoneField(label=_("Mobile phone"), error_messages={"required": PhoneField.message})


class PhoneCodeForm(forms.Form):
    """`shown` is the code where it may be seen: on a demonstration, which sends no text message."""

    code = forms.CharField(
        label=_("Code from the text message"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
        error_messages={"required": _("Enter the 5 digits")},
    )
    own_device = forms.BooleanField(label=_("This is my own phone: keep me signed in for 30 days"), required=False)

    def __init__(self, *args, shown="", **options):
        super().__init__(*args, **options)
        if shown:
            self.fields["code"].help_text = gettext("Demonstration: the code is {code}.").format(code=shown)

    def clean_code(self):
        return "".join(ascii_digits(self.cleaned_data["code"]).split())
