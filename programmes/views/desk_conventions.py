"""Conventions for those who steer them: the programme officer writes, the official reads, others know of none."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from learningcity import clock
from learningcity.i18n import number, short_date

from ..forms.conventions import AmendForm, MoneyForm
from ..models import Commitment, Convention, MoneyEntry
from ..permissions import is_programme_officer, may_read_conventions
from ..services import conventions
from ..wording import dirhams

PER_PAGE = 20


def today():
    return clock.local_day(clock.now())


def only_if(allowed):
    if not allowed:
        raise Http404


@require_safe
def listed(request):
    only_if(may_read_conventions(request.user, today()))
    return render(request, "programmes/desk/conventions.html", {"conventions": Convention.objects.all()})


@require_safe
def convention(request, convention):
    day = today()
    only_if(may_read_conventions(request.user, day))
    convention = get_object_or_404(Convention, code=convention)
    board = conventions.board(convention, day)
    lines = MoneyEntry.objects.filter(axis__convention=convention).order_by("-on", "-pk")
    page = Paginator(lines.select_related("axis", "contribution"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "convention": convention,
        "day": day,
        "facts": facts(convention),
        "total": sums(board.money),
        "axes": [of_axis(line) for line in board.axes],
        "partners": [partner(part) for part in board.contributions],
        "page": page,
        "lines": [line_of(line) for line in page],
        "may_write": is_programme_officer(request.user, day),
    }
    return render(request, "programmes/desk/convention.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def money(request, convention):
    only_if(is_programme_officer(request.user, today()))
    convention = get_object_or_404(Convention, code=convention)
    form = MoneyForm(request.POST if request.method == "POST" else None, convention=convention, initial={"on": today()})
    if form.is_valid() and (done := attempt(form, lambda answers: conventions.enter_money(by=request.user, **answers))):
        messages.success(request, _("The line is entered."))
        if done[1]:
            messages.warning(request, done[1])
        return redirect("desk-convention", convention=convention.code)
    context = {"convention": convention, "form": form}
    return render(request, "programmes/desk/money.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def amend(request, convention, commitment):
    only_if(is_programme_officer(request.user, today()))
    found = Commitment.objects.select_related("axis__convention")
    commitment = get_object_or_404(found, pk=commitment, axis__convention__code=convention)
    initial = {"target": commitment.target, "due_on": commitment.due_on, "agreed_on": today()}
    form = AmendForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and attempt(form, lambda new: conventions.amend(commitment, by=request.user, **new)):
        messages.success(request, _("The commitment is amended. Its former version is kept."))
        return redirect("desk-convention", convention=convention)
    context = {"commitment": commitment, "target": measured(commitment.target), "form": form}
    return render(request, "programmes/desk/amend.html", context, status=422 if form.errors else 200)


def attempt(form, act):
    """What `act` makes of the answers, or None with its refusal at the field concerned."""
    try:
        return act(form.cleaned_data)
    except conventions.ConventionRefused as refused:
        form.add_error(refused.field or None, refused.sentence)
        return None


# --- What is read -------------------------------------------------------------------------------------------


def facts(convention):
    return [
        {"key": _("Signed on"), "value": short_date(convention.signed_on)},
        {
            "key": _("In force"),
            "value": _("from %(first)s to %(last)s")
            % {"first": short_date(convention.starts_on), "last": short_date(convention.ends_on)},
        },
        {"key": _("Amount"), "value": dirhams(convention.amount)},
    ]


def sums(money):
    """Three rows and what they say together."""
    share = "–" if money.paid_share is None else _("%(n)s %%") % {"n": number(money.paid_share)}
    return {
        "columns": [{"label": pgettext("money", "Kind")}, {"label": _("Amount"), "numeric": True}],
        "rows": [
            *([kind.label, dirhams(getattr(money, kind.value))] for kind in MoneyEntry.Kind),
            [_("Paid out of what is committed"), share],
        ],
        "is_overpaid": money.is_overpaid,
    }


def of_axis(line):
    return {
        "axis": line.axis,
        "name": f"axis-{line.axis.number}",
        "money": sums(line.money),
        "promises": [
            {
                "commitment": promise.commitment,
                "target": measured(promise.commitment.target),
                "before": [(measured(version.target), version) for version in promise.before],
            }
            for promise in line.promises
        ],
        "programmes": line.programmes,
    }


def measured(value):
    """A target, with decimals only when it has some."""
    return number(value, 0 if value == int(value) else 2)


def partner(part):
    state = pgettext("figure", "Published") if part.is_confirmed else _("To be confirmed")
    return [part.name, dirhams(part.amount), state]


def line_of(line):
    return [
        short_date(line.on),
        number(line.axis.number),
        line.get_kind_display(),
        dirhams(line.amount),
        line.reference,
        line.contribution.name if line.contribution else "–",
    ]
