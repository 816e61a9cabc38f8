"""The view that networks post to."""

from careline.adapters.django import webhook
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from careline_helpdesk.handle import care
from careline_helpdesk.sync import sync

receive = webhook(care)


@csrf_exempt
# careline stores the delivery itself before it answers; no transaction of the helpdesk is to hang around that.
@transaction.non_atomic_requests
def hook(request: HttpRequest, endpoint: str) -> HttpResponse:
    """Receives what a network posts to an endpoint, and answers its challenges."""
    answer = receive(request, endpoint)
    if request.method == "POST" and answer.status_code == 200:
        # What was received is kept: if this fails, `careline_sync` makes up for it.
        transaction.on_commit(sync, robust=True)
    return answer
