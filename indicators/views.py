from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from learningcity import clock
from learningcity.middleware import session_is_over
from learningcity.permissions import has_second_factor
from programmes.permissions import is_official

from .board import Board
from .charts import district_map
from .disclosure import OFFICIAL, PUBLIC
from .forms import DEFAULT, IndicatorForm


@login_not_required
@require_safe
def observatory(request):
    form = IndicatorForm({"indicateur": request.GET.get("indicateur", DEFAULT)})
    audience = OFFICIAL if reads_the_running_period(request) else PUBLIC
    board = Board(form.chosen, audience, today=clock.local_day(clock.now()))
    context = {
        "form": IndicatorForm(initial={"indicateur": board.indicator.code}),
        "board": board,
        "map": None if board.is_empty else district_map(board.areas),
    }
    return render(request, "indicators/observatory.html", context)


def reads_the_running_period(request):
    """An official whom the staff pages would let in: this page is public, so nobody has asked her before."""
    return is_official(request.user) and has_second_factor(request.user) and not session_is_over(request.session)
