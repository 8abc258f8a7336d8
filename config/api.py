"""tokens/: a caller's own keys to the API."""

from datetime import timedelta
from typing import Annotated

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from pydantic import Field, StringConstraints
from rest_framework import serializers
from rest_framework.generics import DestroyAPIView, GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from config.http import CursorPagination, read
from config.models import Token
from training.prescription import Shape, or_default

LONGEST_NAME = 100
USUAL_DAYS, MOST_DAYS = 90, 3650


class TokenRequest(Shape):
    """The body of POST tokens/."""

    name: Annotated[str, StringConstraints(max_length=LONGEST_NAME), or_default("")] = ""
    expires_in_days: Annotated[int, Field(ge=1, le=MOST_DAYS), or_default(USUAL_DAYS)] = USUAL_DAYS


class TokenSerializer(serializers.ModelSerializer[Token]):
    """A token as it is shown: never whole, but when it is new."""

    id = serializers.UUIDField(source="public_id")
    prefix = serializers.CharField(source="token_key", help_text="the first characters, to recognise it by")
    created_at = serializers.DateTimeField(source="created")
    expires_at = serializers.DateTimeField(source="expiry", allow_null=True)

    class Meta:
        model = Token
        fields = ["id", "name", "prefix", "created_at", "expires_at"]
        read_only_fields = fields


class NewTokenSerializer(TokenSerializer):
    """A token that was just made, and the only answer that tells it."""

    token = serializers.SerializerMethodField(help_text="the token itself, shown this once")

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]

    def get_token(self, row: Token) -> str:
        return str(self.context["token"])


class TokenPagination(CursorPagination):
    ordering = ("-created", "public_id")


class OwnTokens(GenericAPIView[Token]):
    """A caller's own tokens; staff have no use for other people's."""

    queryset = Token.objects.all()
    serializer_class = TokenSerializer

    def get_queryset(self) -> QuerySet[Token]:
        return super().get_queryset().filter(user=self.request.user)


class TokensView(OwnTokens, ListAPIView[Token]):
    """The caller's tokens, newest first."""

    pagination_class = TokenPagination

    @extend_schema(request=TokenRequest, responses={201: NewTokenSerializer})
    def post(self, request: Request) -> Response:
        """Make a token. This answer is the only one that shows it."""
        asked = read(request, TokenRequest)
        row, token = Token.objects.create(request.user, timedelta(days=asked.expires_in_days), name=asked.name)
        return Response(NewTokenSerializer(row, context={"token": token}).data, status=201)


class TokenView(OwnTokens, DestroyAPIView[Token]):
    """One token: deleting revokes it at once."""

    lookup_field = "public_id"


urlpatterns = [
    path("tokens/", TokensView.as_view()),
    path("tokens/<uuid:public_id>/", TokenView.as_view()),
]
