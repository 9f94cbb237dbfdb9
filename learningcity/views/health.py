import json
import logging
import re

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from ..permissions import has_second_factor, is_technical
from ..services.health import report

csp_log = logging.getLogger("learningcity.csp")
LONGEST_REPORT = 8192


@require_safe
@login_not_required
def live(request):
    """The process answers; says nothing of what is behind it."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@login_not_required
def health(request):
    """200 when all is well, 503 otherwise; 404 to whom it does not concern."""
    if not may_see_health(request):
        raise Http404
    findings = report()
    well = all(finding["ok"] for finding in findings.values())
    return JsonResponse({"ok": well, **findings}, status=200 if well else 503)


def may_see_health(request):
    given = request.headers.get("Authorization", "")
    if settings.HEALTH_TOKEN and constant_time_compare(given, f"Bearer {settings.HEALTH_TOKEN}"):
        return True
    return is_technical(request.user) and has_second_factor(request.user)


@csrf_exempt
@require_POST
@login_not_required
def csp_report(request):
    """What a browser refused to load: the directive and the route, never the address."""
    report = violation(request.read(LONGEST_REPORT))
    directive = re.sub(r"[^a-z-]", "", str(report.get("effective-directive") or report.get("violated-directive")))[:40]
    csp_log.warning("refused by %s on %s", directive, route_of_address(str(report.get("document-uri", ""))))
    return HttpResponse(status=204)


def violation(body):
    try:
        report = json.loads(body).get("csp-report")
    except (ValueError, AttributeError, RecursionError):
        return {}
    return report if isinstance(report, dict) else {}


def route_of_address(address):
    path = re.sub(r"\A[a-z]+://[^/]*", "", address).partition("?")[0]
    try:
        return resolve(path).route
    except Resolver404:
        return "-"
