"""The door of the gateway of text messages: what people write to us, and what became of our messages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from learningcity.providers import gateway
from learningcity.services import delivery

from ..services import replies


@csrf_exempt
@require_POST
@login_not_required
def incoming(request):
    """200 is said once all is written: what gets another answer may be sent again."""
    body = request.read(gateway.LONGEST + 1)
    if len(body) > gateway.LONGEST:
        return answer(413)
    if not gateway.is_genuine(request.headers, body):
        return answer(403)
    try:
        told = gateway.read(body)
    except gateway.Malformed:
        return answer(400)
    take(told)
    return answer(200)


def answer(status):
    return HttpResponse(status=status, content_type="text/plain")


def take(told):
    if isinstance(told, gateway.Text):
        replies.receive(told)
    else:
        delivery.note_report(told.reference, told.status)
