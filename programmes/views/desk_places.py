"""Places and days as the staff keep them: rooms, access, closures, public holidays."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from learningcity.models import District, Holiday

from ..forms.places import ClosureForm, HolidayForm, PlaceForm, RoomForm, TouchedForm
from ..models import Closure, Room
from ..permissions import has_places, is_programme_officer, places_kept_by, places_open_to
from ..services import days, places, scheduling
from ..services.stale import Stale
from .desk_runs import answer_of, sent, status_of, telling, today

YEAR = timedelta(days=365)
MOST = 500  # meetings that one page lists


def kept(request, slug):
    """The place to change, or 404."""
    return get_object_or_404(places_kept_by(request.user, today()), slug=slug)


# --- Places and their rooms ---------------------------------------------------------------------------------


@require_safe
def index(request):
    """All places in scope, by district, and the holidays of the next twelve months."""
    day = today()
    if not has_places(request.user, day):
        raise Http404
    districts = District.objects.filter(venues__in=places_open_to(request.user, day)).distinct().order_by("name")
    chosen = districts.filter(slug=request.GET.get("arr", "")).first()
    venues = places_open_to(request.user, day).annotate(room_count=Count("rooms")).select_related("district")
    context = {
        "venues": (venues.filter(district=chosen) if chosen else venues).order_by("name", "pk"),
        "districts": districts,
        "chosen": chosen,
        "feasts": days.feasts(day, day + YEAR),
        "may_settle": is_programme_officer(request.user, day),
    }
    return render(request, "programmes/desk/places.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def place(request, place):
    day = today()
    venue = get_object_or_404(places_open_to(request.user, day).select_related("district"), slug=place)
    may_keep = places_kept_by(request.user, day).filter(pk=venue.pk).exists()
    if request.method == "POST" and not may_keep:
        raise Http404
    form = PlaceForm(sent(request), venue=venue)
    if request.method == "POST" and answer_of(form, lambda: places.change(venue, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The place is saved."))
        return redirect("desk-place", place=venue.slug)
    context = {
        "venue": venue,
        "form": form,
        "may_keep": may_keep,
        "rooms": venue.rooms.order_by("name", "pk"),
        "closures": venue.closures.filter(last_day__gte=day),
    }
    return render(request, "programmes/desk/place.html", context, status=status_of(request))


@require_http_methods(["GET", "HEAD", "POST"])
def room_new(request, place):
    venue = kept(request, place)
    form = RoomForm(sent(request))
    return room_page(request, venue, form, lambda: places.add_room(venue, by=request.user, **form.cleaned_data))


@require_http_methods(["GET", "HEAD", "POST"])
def room(request, place, room):
    venue = kept(request, place)
    room = get_object_or_404(Room.objects.select_related("venue"), venue=venue, pk=room)
    form = RoomForm(sent(request), room=room)
    return room_page(request, venue, form, lambda: places.change_room(room, by=request.user, **form.cleaned_data))


def room_page(request, venue, form, act):
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except ValidationError as refused:
            form.add_error("name_fr", refused)
        except Stale as stale:
            form.catch_up(stale.record)
        else:
            messages.success(request, _("The room is saved."))
            return redirect("desk-place", place=venue.slug)
    return render(request, "programmes/desk/room.html", {"venue": venue, "form": form}, status=status_of(request))


# --- Days off -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def closure_new(request, place):
    venue = kept(request, place)
    form = ClosureForm(sent(request))
    closure = answer_of(form, lambda: days.close(venue, by=request.user, **form.cleaned_data))
    if closure:
        messages.success(request, _("The closure is saved."))
        return redirect("desk-closure", place=venue.slug, closure=closure.pk)
    return render(
        request, "programmes/desk/closure_new.html", {"venue": venue, "form": form}, status=status_of(request)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def closure(request, place, closure):
    """The meetings a closure touches: those ticked are not held, the others are kept."""
    venue = kept(request, place)
    closure = get_object_or_404(Closure, venue=venue, pk=closure)
    if "reopen" in request.POST:
        days.reopen(closure, by=request.user)
        messages.success(request, _("The closure is removed."))
        return redirect("desk-place", place=venue.slug)
    touched = scheduling.touched_by(days.of(closure), venue)[:MOST]
    form = TouchedForm(sent(request), meetings=touched)
    if skip(request, form, closure.reason):
        return redirect("desk-closure", place=venue.slug, closure=closure.pk)
    context = {"venue": venue, "closure": closure, "form": form, "touched": touched}
    return render(request, "programmes/desk/closure.html", context, status=status_of(request))


def skip(request, form, reason):
    """Set the meetings ticked not held, and say so; false when nothing was sent or it was refused."""
    skipped = answer_of(form, lambda: scheduling.skip(form.picked(), by=request.user, reason=reason))
    if skipped:
        told = sum({meeting.run_id: meeting.run.seats_taken for meeting in skipped}.values())
        messages.success(request, f"{not_held(len(skipped))} {telling(told)}")
    return bool(skipped)


def not_held(count):
    return ngettext("%(n)s meeting is not held.", "%(n)s meetings are not held.", count) % {"n": count}


@require_http_methods(["GET", "HEAD", "POST"])
def holiday(request, holiday):
    """When a feast whose day was calculated is announced: its days, then the meetings that are on them."""
    if not is_programme_officer(request.user, today()):
        raise Http404
    holiday = get_object_or_404(Holiday, pk=holiday)
    feast = list(days.feast_of(holiday))
    touched = scheduling.touched_by([day.date for day in feast])[:MOST]
    act = request.POST.get("do", "settle") if request.method == "POST" else ""
    picking = TouchedForm(sent(request) if act == "skip" else None, meetings=touched)
    form = HolidayForm(sent(request) if act != "skip" else None, expected=feast[0].date)
    if skip(request, picking, holiday.name_fr) or settle(request, form, holiday):
        return redirect("desk-holiday", holiday=holiday.pk)
    context = {
        "holiday": holiday,
        "feast": feast,
        "touched": touched,
        "left_over": days.left_over(holiday)[:MOST],
        "settling": form,
        "form": picking if act == "skip" else form,
    }
    return render(request, "programmes/desk/holiday.html", context, status=status_of(request))


def settle(request, form, holiday):
    if answer_of(form, lambda: days.settle(holiday, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The day is confirmed."))
        return True
    return False
