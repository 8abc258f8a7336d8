"""The operator's desk: API tokens and accounts."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.models import DELETION
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from config.desk import GoesWithItsOwn, ReadOnlyAdmin, by, link, log
from config.models import Token

admin.site.site_header = admin.site.site_title = "Second Wind"
admin.site.index_title = "The operator's desk"
admin.site.enable_nav_sidebar = False  # its width is the lists'


@admin.register(Token)
class TokenAdmin(ReadOnlyAdmin):
    """Keys to the API: listed and revoked.

    A token's primary key is its hash, which Django would put into addresses and checkboxes; so there is a list and a
    page that revokes, and neither knows it.
    """

    list_display_links = None
    list_select_related = ["user"]
    list_filter = [
        by(
            "valid",
            {
                "yes": ("yes", Q(expiry__isnull=True) | Q(expiry__gt=Now())),
                "no": ("no, expired", Q(expiry__lte=Now())),
            },
        )
    ]
    search_fields = ["user__username", "name", "token_key"]
    search_help_text = "An owner, a name, or a token's first characters"
    ordering = ["-created", "public_id"]
    actions = None

    @admin.display(boolean=True)
    def valid(self, token: Token) -> bool:
        """Not expired."""
        return token.expiry is None or token.expiry > timezone.now()

    @admin.display(description="")
    def revoke(self, token: Token) -> SafeString:
        """Where it can be revoked."""
        return link(reverse("admin:config_token_revoke", args=[token.public_id]), "Revoke")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """May this user revoke other people's tokens?"""
        return super(ReadOnlyAdmin, self).has_delete_permission(request)

    def get_list_display(self, request: HttpRequest) -> Any:
        """Whoever may not revoke sees no link to it."""
        shown = ["token_key", "name", "user", "created", "expiry", "valid"]
        return [*shown, "revoke"] if self.has_revoke_permission(request) else shown

    def get_urls(self) -> list[URLPattern]:
        """Only these two."""
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="config_token_changelist"),
            path("<uuid:public_id>/revoke/", view(self.revoke_view), name="config_token_revoke"),
        ]

    def revoke_view(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Asks first; then the token is gone, and whoever calls with it is a stranger."""
        if not self.has_revoke_permission(request):
            raise PermissionDenied
        token = get_object_or_404(Token.objects.select_related("user"), public_id=public_id)
        if request.method == "POST":
            token.delete()
            deed = f"Revoked: {token} of {token.user}"
            messages.success(request, f"{deed}.")
            log(request, Token, deed, DELETION)
            return redirect("admin:config_token_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": "Revoke a token",
            "opts": self.opts,
            "media": self.media,
            "token": token,
        }
        return TemplateResponse(request, "admin/config/token/revoke.html", context)


admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(GoesWithItsOwn, UserAdmin):  # type: ignore[type-arg]
    """Django's own page; a deleted account takes its sessions along, through the lock of each one's item."""
