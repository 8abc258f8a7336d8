"""The ASGI application: Django's, behind a bound on the size of a body.

Django under ASGI spools whatever comes to disk before its first middleware runs, and REST framework takes a chunked
body, which has no Content-Length, for none. So a body is read here, up to MAX_BODY_BYTES, and handed on in one piece
with its length.
"""

import asyncio
import os
import warnings
from io import BytesIO
from typing import Any

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGIReceiveEvent, ASGISendCallable, HTTPScope, Scope
from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIRequest
from django.utils import translation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# A caller is better told 503 soon than answered late, while a worker had better wait than lose an item in hand. Much
# less, and a burst of a few hundred requests, which take turns at the pool, would be told so, too.
os.environ.setdefault("DATABASE_POOL_TIMEOUT_SECONDS", "10")
# WhiteNoise streams files from this disk; reading one in a thread holds nobody else up.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
django: Any = get_asgi_application()

from config.http import Problem, preferred_language  # noqa: E402 - Django must be set up first
from training import generation  # noqa: E402

# How long the rest of a refused body is read and dropped, so that a caller who is still sending it gets to see the
# refusal: closing at once would reset the connection under the answer.
LINGER_SECONDS = 3
# Of the stop grace, after the server's own patience with open requests: a plan takes the built-in coach a moment.
FINISH_SECONDS = 5


class TooLargeError(Exception):
    """More than MAX_BODY_BYTES."""


class DisconnectedError(Exception):
    """The caller has left."""


def bounded(app: ASGI3Application, limit: int) -> ASGI3Application:
    """`app` for requests whose body has at most `limit` bytes; the others are answered 413, and WebSockets 403."""

    async def answer(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000, "reason": None})  # before it was accepted: a 403
            return
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        try:
            body = await _read(scope, receive, limit)
        except DisconnectedError:
            return
        except TooLargeError:
            await _refuse(scope, receive, send, limit)
            return
        headers = [
            (name, value)
            for name, value in scope["headers"]
            if name.lower() not in (b"content-length", b"transfer-encoding")
        ]
        if body:
            headers.append((b"content-length", str(len(body)).encode()))
        waiting = [body]

        async def receive_whole() -> ASGIReceiveEvent:
            if waiting:
                return {"type": "http.request", "body": waiting.pop(), "more_body": False}
            return await receive()

        await app({**scope, "headers": headers}, receive_whole, send)

    return answer


def finishing(app: ASGI3Application) -> ASGI3Application:
    """`app`; when its server stops, the sessions that are being made are ended by the built-in coach and saved."""

    async def answer(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        generation.finish(FINISH_SECONDS)  # nobody is served any more: the loop may stand still
        await send({"type": "lifespan.shutdown.complete"})

    return answer


async def _read(scope: HTTPScope, receive: ASGIReceiveCallable, limit: int) -> bytes:
    declared = dict(scope["headers"]).get(b"content-length", b"")
    if declared.isdigit() and int(declared[:20]) > limit:
        raise TooLargeError
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise DisconnectedError
        body += message["body"]
        if len(body) > limit:
            raise TooLargeError
        if not message["more_body"]:
            return bytes(body)


async def _refuse(scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable, limit: int) -> None:
    request = ASGIRequest(scope, BytesIO())
    with translation.override(preferred_language(request.headers.get("Accept-Language", ""))):
        response = Problem(413, "A body has at most {limit} bytes.", limit=limit).response()
    CorsMiddleware(lambda _: response).add_response_headers(request, response)  # no middleware sees this request
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    headers += [(b"content-length", str(len(response.content)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": response.content, "more_body": True})
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while (message := await receive())["type"] == "http.request" and message["more_body"]:
                pass
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})


application = bounded(finishing(django), settings.MAX_BODY_BYTES)
