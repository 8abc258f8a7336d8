"""What every endpoint speaks: problems (RFC 9457), JSON bodies, tokens, pages.

REST framework's settings name these, and it reads them while it imports its own views: no import of those here.
What views inherit is in `config.views`.
"""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import IO, Any, TypeVar, cast

from django.conf import settings
from django.core import signing
from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware import locale
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views import defaults
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from pydantic import BaseModel, ValidationError
from rest_framework import authentication, exceptions, pagination, parsers
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from config.models import Token
from training.flaws import flaws
from training.prescription import MAX_ERRORS, FieldError, Refused, Sentence, pointer

S = TypeVar("S", bound=BaseModel)


# --- problems ---


class Problem(exceptions.APIException):
    """A refusal in the words of RFC 9457, told in the language of the caller.

    `sentence` is a literal English template, its values are keywords: `Problem(413, "At most {most} bytes.", most=9)`.
    `kind` names a problem that callers may want to tell from others of its status.
    """

    def __init__(
        self,
        status: int,
        sentence: str | Sentence,
        /,
        *,
        kind: str | None = None,
        errors: Sequence[FieldError] = (),
        retry_after: float | None = None,
        **values: Any,
    ) -> None:
        self.sentence = sentence if isinstance(sentence, Sentence) else Sentence(sentence, values)
        super().__init__(str(self.sentence))
        self.status_code = status
        self.kind = kind
        self.errors = errors
        if retry_after is None and status in (429, 503):
            retry_after = 1  # both always say when to come back
        self.retry_after = retry_after

    def response(self) -> HttpResponse:
        """The answer in the language that is active: always JSON, whatever the caller accepts."""
        body: dict[str, Any] = {
            "type": f"urn:secondwind:problem:{self.kind}" if self.kind else "about:blank",
            "title": in_language(_TITLES[self.status_code]),
            "status": self.status_code,
            "detail": in_language(self.sentence),
        }
        if self.errors:
            body["errors"] = [
                {"pointer": error.pointer, "code": error.code, "detail": in_language(error.sentence)}
                for error in self.errors
            ]
        response = HttpResponse(json.dumps(body), status=self.status_code, content_type="application/problem+json")
        response["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
        patch_vary_headers(response, ["Accept-Language"])
        if self.retry_after is not None:
            response["Retry-After"] = str(max(1, math.ceil(self.retry_after)))
        return response


def in_language(sentence: Sentence) -> str:
    """The sentence in the language that is active, its numbers written as that language writes them."""
    return sentence.told(translation.gettext, get_format("DECIMAL_SEPARATOR"))


# RFC 9110's phrases: Python's own are others from one version to the next.
_TITLES = {
    400: Sentence("Bad Request"),
    401: Sentence("Unauthorized"),
    403: Sentence("Forbidden"),
    404: Sentence("Not Found"),
    405: Sentence("Method Not Allowed"),
    406: Sentence("Not Acceptable"),
    409: Sentence("Conflict"),
    413: Sentence("Content Too Large"),
    415: Sentence("Unsupported Media Type"),
    422: Sentence("Unprocessable Content"),
    429: Sentence("Too Many Requests"),
    500: Sentence("Internal Server Error"),
    503: Sentence("Service Unavailable"),
}
_REFUSED = Sentence("The request was understood and refused.")
_UNREADABLE = Sentence("The request cannot be read.")
_FORBIDDEN = Sentence("This is not yours to do.")
_NOTHING_HERE = Sentence("There is nothing here.")
_NO_DATABASE = Sentence("The database does not answer.")

# Where we say it better than REST framework does, in one language or the other.
_REST_FRAMEWORK = {
    exceptions.NotAuthenticated: Sentence("Authentication credentials were not provided."),
    exceptions.NotAcceptable: Sentence("What is here cannot be had in a media type of your Accept header."),
}

# The first that fits counts: RequestDataTooBig is a SuspiciousOperation.
_DJANGO: tuple[tuple[type[Exception], int, Sentence], ...] = (
    (Http404, 404, _NOTHING_HERE),
    (ObjectDoesNotExist, 404, Sentence("There is nothing here any more.")),  # vanished while we worked on it
    (PermissionDenied, 403, _FORBIDDEN),
    (RequestDataTooBig, 413, Sentence("The body is too large.")),
    (SuspiciousOperation, 400, _UNREADABLE),
    (BadRequest, 400, _UNREADABLE),
    (OperationalError, 503, _NO_DATABASE),
    (InterfaceError, 503, _NO_DATABASE),
)


def as_problem(error: Exception) -> Problem | None:
    """What a caller is told of an error; None for a mistake of our own."""
    match error:
        case Problem():
            return error
        case Refused(errors=errors):
            return Problem(422, _REFUSED, errors=errors)
        case exceptions.ValidationError(detail=detail):
            return Problem(422, _REFUSED, errors=_field_errors(detail))
        # What REST framework and Django say is in the caller's language already.
        case exceptions.Throttled(detail=detail):
            return Problem(429, str(detail), retry_after=getattr(error, "wait", None))
        case exceptions.APIException(status_code=status, detail=detail):
            return Problem(status, _REST_FRAMEWORK.get(type(error), Sentence(str(detail))))
    return next((Problem(status, sentence) for kind, status, sentence in _DJANGO if isinstance(error, kind)), None)


def problem_response(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """REST framework's EXCEPTION_HANDLER."""
    problem = as_problem(error)
    if problem is None:
        return None
    response = problem.response()
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    return response


def _field_errors(detail: Any, place: str = "") -> list[FieldError]:
    """REST framework's tree of messages as a list of places."""
    if isinstance(detail, dict):
        return [error for key, value in detail.items() for error in _field_errors(value, place + pointer(key))]
    if isinstance(detail, list):
        return [error for value in detail for error in _field_errors(value, place)]
    return [FieldError(place, getattr(detail, "code", "invalid"), str(detail))]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler400."""
    return _outside_views(request, Problem(400, _UNREADABLE)) or defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler403."""
    return _outside_views(request, Problem(403, _FORBIDDEN)) or defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler404."""
    return _outside_views(request, Problem(404, _NOTHING_HERE)) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Django's handler500."""
    return _outside_views(request, Problem(500, "This is our mistake, and it was logged.")) or defaults.server_error(
        request
    )


def _outside_views(request: HttpRequest, problem: Problem) -> HttpResponse | None:
    return problem.response() if _is_api(request) else None


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


class DatabaseMiddleware(MiddlewareMixin):
    """A database that does not answer is a 503 outside the API, too: a page for people, a problem for machines."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        problem = as_problem(exception)
        if problem is None or problem.status_code != 503:
            return None
        response = problem.response()
        if "text/html" in request.headers.get("Accept", "") and not _is_api(request):
            headers = {"Retry-After": response["Retry-After"]}
            return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
        return response


class LocaleMiddleware(locale.LocaleMiddleware):
    """Pages in the reader's language by cookie or header; the API by Accept-Language alone.

    What the API says to everybody alike has no language. Where it has one, the view or the problem says which. The
    operator's desk is English: Django's half of its words in another language, among ours, would make no sentence.
    """

    def process_request(self, request: HttpRequest) -> None:
        desk = request.path_info.startswith("/admin/")
        if not desk and not _is_api(request):
            super().process_request(request)
            return
        accepted = "" if desk else request.headers.get("Accept-Language", "")
        translation.activate(preferred_language(accepted))
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not _is_api(request):
            response = super().process_response(request, response)
        translation.deactivate()  # what this thread does next is not for this reader
        return response


def preferred_language(accept_language: str) -> str:
    """The one of our languages that a caller likes best (RFC 9110, 12.5.4), else the first: "fr-CH, en;q=0.5" is fr."""
    for code, quality in parse_accept_lang_header(accept_language):
        if code == "*" or not quality:
            break
        with suppress(LookupError):
            return translation.get_supported_language_variant(code)
    return settings.LANGUAGE_CODE


# --- what comes in ---


class JSONParser(parsers.BaseParser):
    """JSON in UTF-8, whatever charset the caller claims, with numbers that end and text that can be kept."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Raises Problem for what is not readable, Refused for text that is and yet cannot be kept."""
        try:
            data = json.loads(stream.read().decode("utf-8"), parse_int=_integer)
        except UnicodeDecodeError as error:
            raise Problem(400, "The body is not UTF-8 at byte {byte}.", byte=error.start) from None
        except RecursionError:
            raise Problem(400, "The body is nested too deep.") from None
        except json.JSONDecodeError as error:
            raise Problem(
                400, "The body is not JSON at line {line}, column {column}.", line=error.lineno, column=error.colno
            ) from None
        found = list(islice(flaws(data), MAX_ERRORS))
        if unreadable := [flaw for flaw in found if flaw.code in ("not_finite", "too_deep")]:
            raise Problem(400, "The body has numbers without end, or is nested too deep.", errors=unreadable)
        if found:
            raise Refused(found)
        return data


def _integer(digits: str) -> int:
    if len(digits) > sys.float_info.max_10_exp:
        raise Problem(400, "The body has a number of {digits} digits.", digits=len(digits))
    return int(digits)


def read(request: Request, shape: type[S], *, needed: bool = True) -> S:
    """The body as a shape. Raises Refused at every wrong place; Problem where there is none and one is `needed`."""
    if needed and not request.body:
        raise Problem(400, "The body is empty.")
    data = request.data
    if not isinstance(data, dict):
        raise Refused.at("", "not_an_object", "The body must be a JSON object.")
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise Refused.of(error) from None


class TokenAuthentication(KnoxAuthentication):
    """`Authorization: Bearer <token>`, looked up by its hash. Reads only: expired tokens are `prune`'s to delete."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Token]:
        """The token's owner and the token. Raises AuthenticationFailed for everything that is not a live token."""
        digest = hash_token(token.decode("utf-8", errors="replace"))
        live = Token.objects.exclude(expiry__lte=Now()).filter(user__is_active=True)
        row = live.filter(digest=digest).select_related("user").first()
        if row is None:
            raise exceptions.AuthenticationFailed(_("The token is unknown or has expired."))
        return row.user, row


class SessionAuthentication(authentication.SessionAuthentication):
    """The pages' login, on this origin."""

    def enforce_csrf(self, request: Request) -> None:
        """Raises PermissionDenied in the caller's language, which REST framework's own is not."""
        try:
            # Django's request: asked for a form, REST framework's would read the body away, which `once` needs.
            super().enforce_csrf(cast(Request, request._request))
        except exceptions.PermissionDenied:
            raise exceptions.PermissionDenied(_("The CSRF token is missing or wrong.")) from None


# --- what goes out ---


class CursorPagination(pagination.CursorPagination):
    """Pages of `page_size` rows, at most 100. A cursor is signed, so that it can only be one that was given out."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        # Without a time of signing, by which the same page would have another ETag each second.
        self._signer = signing.Signer(salt=f"cursor:{queryset.model._meta.label}")
        page: list[Any] | None = super().paginate_queryset(queryset, request, view)
        self.base_url = request.get_full_path()  # links are paths: right behind every proxy
        return page

    def get_page_size(self, request: Request) -> int:
        """The size asked for. Raises Refused at /page_size."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not (asked.isascii() and asked.isdigit() and len(asked) < 4 and 1 <= int(asked) <= self.max_page_size):
            raise Refused.at(
                "/page_size", "invalid", "page_size is a number from 1 to {most}.", most=self.max_page_size
            )
        return int(asked)

    def decode_cursor(self, request: Request) -> pagination.Cursor | None:
        """The place to go on from. Raises Refused at /cursor."""
        encoded = request.query_params.get(self.cursor_query_param)
        if encoded is None:
            return None
        try:
            return pagination.Cursor(*self._signer.unsign_object(encoded))
        except signing.BadSignature:
            raise Refused.at("/cursor", "invalid", "This is not a cursor of this list.") from None

    def encode_cursor(self, cursor: pagination.Cursor) -> str:
        encoded = self._signer.sign_object(list(cursor))
        return replace_query_param(self.base_url or "", self.cursor_query_param, encoded)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri-reference"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }
