"""The sign-in of staff: allauth's views one by one, none of those that let people make or mend an account alone."""

from functools import wraps

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path

from .idempotency import own_key


def in_our_frame(view):
    """allauth puts a `site` of its own in the context, over ours; and a refused form answers 422 like all others."""

    @own_key
    @wraps(view)
    def framed(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        known = getattr(response, "context_data", None) or {}
        known.pop("site", None)
        if request.method == "POST" and "form" in known and known["form"].errors:
            response.status_code = 422
        return response

    return framed


urlpatterns = [
    path("connexion/", in_our_frame(account.login), name="account_login"),
    path("connexion/code/", in_our_frame(mfa.authenticate), name="mfa_authenticate"),
    path("connexion/fermee/", in_our_frame(account.account_inactive), name="account_inactive"),
    path("deconnexion/", in_our_frame(account.logout), name="account_logout"),
    path("confirmer/", in_our_frame(account.reauthenticate), name="account_reauthenticate"),
    path("confirmer/code/", in_our_frame(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("deuxieme-facteur/", in_our_frame(mfa.index), name="mfa_index"),
    path("deuxieme-facteur/installer/", in_our_frame(totp.activate_totp), name="mfa_activate_totp"),
    path("deuxieme-facteur/retirer/", in_our_frame(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("deuxieme-facteur/secours/", in_our_frame(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "deuxieme-facteur/secours/nouveaux/",
        in_our_frame(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]
