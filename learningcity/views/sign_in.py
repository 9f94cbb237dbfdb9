"""The sign-in of residents: the phone of their passport, then the code it received. No password, no account to make."""

from functools import wraps

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from ..account_forms import PhoneCodeForm, ResidentForm
from ..idempotency import own_key
from ..services import sign_in_codes


def signed_out(view):
    """Who is signed in already goes where a sign-in leads."""

    @own_key
    @login_not_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request):
        if request.user.is_authenticated:
            return redirect("passport" if request.user.is_resident else "desk-today")
        return view(request)

    return page


@signed_out
def phone(request):
    form = ResidentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            sign_in_codes.start(request, form.cleaned_data["phone"], then=page_of_ours(request.GET.get("next", "")))
            return redirect("passport-code")
        except sign_in_codes.CodeRefused as refusal:
            form.add_error("phone", refusal.sentence)
    return render(request, "learningcity/sign_in.html", {"form": form}, status=422 if form.errors else 200)


@signed_out
def code(request):
    waiting = sign_in_codes.waiting_for(request)
    if not waiting:
        return redirect("passport-sign-in")
    form = PhoneCodeForm(request.POST if request.method == "POST" else None, shown=waiting["shown"])
    try:
        if "again" in request.POST:
            sign_in_codes.send_again(request)
            return redirect("passport-code")
        if form.is_valid():
            return enter(request, form)
    except sign_in_codes.CodeRefused as refusal:
        form.add_error("code", refusal.sentence)
    context = {"form": form, "phone": masked(waiting["phone"])}
    return render(request, "learningcity/sign_in_code.html", context, status=422 if form.errors else 200)


def enter(request, form):
    response = sign_in_codes.enter(request, form.cleaned_data["code"])
    if form.cleaned_data["own_device"]:
        sign_in_codes.stay_signed_in(request)
    return response


@own_key
@login_not_required
@require_POST
def leave(request):
    logout(request)
    return redirect("home")


def page_of_ours(address):
    """The address if it is a path of this site, else empty."""
    is_path = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_path else ""


def masked(phone):
    """`+212612345678` as `06 ·· ·· ·· 78`; of any other number the last two digits."""
    return f"06 ·· ·· ·· {phone[-2:]}" if phone.startswith("+2126") else f"·· ·· {phone[-2:]}"
