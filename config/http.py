"""What every endpoint speaks: problems (RFC 9457), JSON bodies, tokens, pages.

REST framework's settings name these, and it reads them while it imports its own views: no import of those here.
What views inherit is in `config.views`.
"""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from itertools import islice
from typing import IO, Any, TypeVar

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
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.views import defaults
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from pydantic import BaseModel, ValidationError
from rest_framework import exceptions, pagination, parsers
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from config.models import Token
from training.flaws import flaws
from training.prescription import MAX_ERRORS, FieldError, Refused, pointer

S = TypeVar("S", bound=BaseModel)


# --- problems ---


class Problem(exceptions.APIException):
    """A refusal in the words of RFC 9457. `kind` names one that callers may want to tell from others of its status."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str | None = None,
        errors: Sequence[FieldError] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.status_code = status
        self.kind = kind
        self.errors = errors
        if retry_after is None and status in (429, 503):
            retry_after = 1  # both always say when to come back
        self.retry_after = retry_after

    def response(self) -> HttpResponse:
        """The answer: always JSON, whatever the caller accepts."""
        body: dict[str, Any] = {
            "type": f"urn:secondwind:problem:{self.kind}" if self.kind else "about:blank",
            "title": HTTPStatus(self.status_code).phrase,
            "status": self.status_code,
            "detail": str(self.detail),
        }
        if self.errors:
            body["errors"] = [asdict(error) for error in self.errors]
        response = HttpResponse(json.dumps(body), status=self.status_code, content_type="application/problem+json")
        if self.retry_after is not None:
            response["Retry-After"] = str(max(1, math.ceil(self.retry_after)))
        return response


# The first that fits counts: RequestDataTooBig is a SuspiciousOperation.
_DJANGO: tuple[tuple[type[Exception], int, str], ...] = (
    (Http404, 404, "There is nothing here."),
    (ObjectDoesNotExist, 404, "There is nothing here any more."),  # vanished while we worked on it
    (PermissionDenied, 403, "This is not yours to do."),
    (RequestDataTooBig, 413, "The body is too large."),
    (SuspiciousOperation, 400, "The request cannot be read."),
    (BadRequest, 400, "The request cannot be read."),
    (OperationalError, 503, "The database does not answer."),
    (InterfaceError, 503, "The database does not answer."),
)


def as_problem(error: Exception) -> Problem | None:
    """What a caller is told of an error; None for a mistake of our own."""
    match error:
        case Problem():
            return error
        case Refused(errors=errors):
            return Problem(422, "The request was understood and refused.", errors=errors)
        case exceptions.ValidationError(detail=detail):
            return Problem(422, "The request was understood and refused.", errors=_field_errors(detail))
        case exceptions.Throttled(detail=detail):
            return Problem(429, str(detail), retry_after=getattr(error, "wait", None))
        case exceptions.APIException(status_code=status, detail=detail):
            return Problem(status, str(detail))
    return next((Problem(status, detail) for kind, status, detail in _DJANGO if isinstance(error, kind)), None)


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
    return _outside_views(request, Problem(400, "The request cannot be read.")) or defaults.bad_request(
        request, exception
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler403."""
    return _outside_views(request, Problem(403, "This is not yours to do.")) or defaults.permission_denied(
        request, exception
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler404."""
    return _outside_views(request, Problem(404, "There is nothing here.")) or defaults.page_not_found(
        request, exception
    )


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
    """A page says 503, too, where the database does not answer; REST framework's views never let that out."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        problem = as_problem(exception)
        return problem.response() if problem and problem.status_code == 503 else None


class LocaleMiddleware(locale.LocaleMiddleware):
    """Pages in the reader's language, the API in English: of its refusals only those of its libraries know others."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if _is_api(request):
            translation.activate("en")
            request.LANGUAGE_CODE = "en"


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
            raise Problem(400, f"The body is not UTF-8: {error.reason} at byte {error.start}.") from None
        except RecursionError:
            raise Problem(400, "The body is nested too deep.") from None
        except ValueError as error:
            raise Problem(400, f"The body is not JSON: {error}.") from None
        found = list(islice(flaws(data), MAX_ERRORS))
        if unreadable := [flaw for flaw in found if flaw.code in ("not_finite", "too_deep")]:
            raise Problem(400, "The body has numbers without end, or is nested too deep.", errors=unreadable)
        if found:
            raise Refused(found)
        return data


def _integer(digits: str) -> int:
    if len(digits) > sys.float_info.max_10_exp:
        raise ValueError(f"a number of {len(digits)} digits")
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
            raise exceptions.AuthenticationFailed("The token is unknown or has expired.")
        return row.user, row


# --- what goes out ---


class CursorPagination(pagination.CursorPagination):
    """Pages of `page_size` rows, at most 100. A cursor is signed, so that it can only be one that was given out."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        self._salt = f"cursor:{queryset.model._meta.label}"
        page: list[Any] | None = super().paginate_queryset(queryset, request, view)
        self.base_url = request.get_full_path()  # links are paths: right behind every proxy
        return page

    def get_page_size(self, request: Request) -> int:
        """The size asked for. Raises Refused at /page_size."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not (asked.isascii() and asked.isdigit() and len(asked) < 4 and 1 <= int(asked) <= self.max_page_size):
            raise Refused.at("/page_size", "invalid", f"page_size is a number from 1 to {self.max_page_size}.")
        return int(asked)

    def decode_cursor(self, request: Request) -> pagination.Cursor | None:
        """The place to go on from. Raises Refused at /cursor."""
        encoded = request.query_params.get(self.cursor_query_param)
        if encoded is None:
            return None
        try:
            return pagination.Cursor(*signing.loads(encoded, salt=self._salt))
        except signing.BadSignature:
            raise Refused.at("/cursor", "invalid", "This is not a cursor of this list.") from None

    def encode_cursor(self, cursor: pagination.Cursor) -> str:
        encoded = signing.dumps(list(cursor), salt=self._salt)
        return replace_query_param(self.base_url or "", self.cursor_query_param, encoded)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri-reference"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }
