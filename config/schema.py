"""schema/ and docs/: the OpenAPI document, its page, and what drf-spectacular cannot find out by itself."""

from typing import Any

from django.urls import path
from drf_spectacular import authentication
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

PROBLEM = {
    "type": "object",
    "description": "A refusal in the words of RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Every refused place of the body, or query parameter.",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer (RFC 6901)"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers itself
    """`Authorization: Bearer <token>`."""

    target_class = "config.http.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return build_bearer_security_scheme_object("Authorization", "Bearer")


class SessionScheme(authentication.SessionScheme):  # type: ignore[no-untyped-call]  # it registers itself
    """The cookie of the pages."""

    target_class = "config.http.SessionAuthentication"


def with_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing hook: every operation's answer, but for those it documents, is a problem."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    answer = {
        "description": "Refused.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = answer
    return result


# Without authentication: an expired token must not hide how to get a new one. Without metadata: the page's renderer
# has no words for the answer to OPTIONS.
PUBLIC: dict[str, Any] = {
    "authentication_classes": [],
    "permission_classes": [],
    "throttle_classes": [],
    "metadata_class": None,
}

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(**PUBLIC), name="schema"),
    # The split view: its script is a file of its own, so a strict content security policy lets it run.
    path("docs/", SpectacularSwaggerSplitView.as_view(**PUBLIC), name="docs"),
]
