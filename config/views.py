"""What views inherit: whose rows are whose, and entity tags."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.roles import on_behalf_of

M = TypeVar("M", bound=Model)
H = TypeVar("H", bound=Callable[..., Any])


class OwnerActs(BasePermission):
    """Staff read every row; acting on somebody else's is for the admin."""

    message = _("Acting on another athlete's rows is for the admin.")

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        return request.method in SAFE_METHODS or obj.owner_id == request.user.pk


class OwnedView(GenericAPIView[M]):
    """Rows with an `owner`: to other athletes they do not exist, staff may read them all."""

    permission_classes = [IsAuthenticated, OwnerActs]

    def get_queryset(self) -> QuerySet[M]:
        rows = super().get_queryset()
        return rows if self.request.user.is_staff else rows.filter(owner=self.request.user)


def caller(request: Request) -> User:
    """The user who asks; a view behind IsAuthenticated has one."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def for_caller(handler: H) -> H:
    """A view's method in one short transaction that tells the database on whose behalf it asks."""

    @wraps(handler)
    def handle(view: APIView, request: Request, *args: Any, **kwargs: Any) -> Any:
        with on_behalf_of(caller(request).pk):
            return handler(view, request, *args, **kwargs)

    return cast(H, handle)


class Conditional(APIView):
    """A 200 to a GET carries a strong ETag, the hash of its body; who names it gets 304 and the headers, without it."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if request.method not in ("GET", "HEAD") or response.status_code != 200:
            return response
        if isinstance(response, Response):
            response.render()
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        response["Cache-Control"] = "private, no-cache"
        # Weak comparison, as RFC 9110 has it for If-None-Match.
        known = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
        if "*" not in known and response["ETag"] not in known:
            return response
        unchanged = HttpResponse(status=304, headers=dict(response.items()))
        del unchanged["Content-Type"], unchanged["Content-Length"]
        return unchanged
