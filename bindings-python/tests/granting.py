"""X, where a person lets an app act for an account: what it answers, and what a care says of it then."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import careline

BACK = "https://desk.example/back"
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
POLICY = """
brand.name = 'Acme'
accounts = [{ id = 'x', network = 'x', native_id = '1' }]
"""


class Granting:
    """A transport to X, where whoever grants a token is the account with this id."""

    def __init__(self, id: str) -> None:
        self.id = id

    def send(self, request: careline.Request) -> careline.Response:
        granted = b'{"access_token": "made-up-1", "refresh_token": "made-up-2", "expires_in": 7200}'
        me = f'{{"data": {{"id": "{self.id}", "username": "acme"}}}}'.encode()
        return careline.Response(200, body=granted if request.method == "POST" else me)


def opened(id: str) -> careline.Care:
    """A care of an account that is to be connected."""
    accounts = {"x": {"network": "x", "native_id": "1", "handle": "acme", "client_id": "made-up"}}
    policy = {"text": POLICY}
    return careline.Care.open("memory:", policy=policy, accounts=accounts, token_keys=[KEY], transport=Granting(id))


def came_back(begun: careline.Authorisation) -> str:
    """The address the person comes back to when they said yes."""
    (state,) = parse_qs(urlsplit(begun.url).query)["state"]
    return f"{BACK}?code=abc&state={state}"


def answered() -> list[Any]:
    """What is answered on the way to a connected account."""
    with opened("1") as care:
        tenant = care.tenant()
        begun = tenant.begin_authorisation("x", BACK)
        return [begun, tenant.finish_authorisation("x", begun.pending, came_back(begun)), tenant.check("x")]
