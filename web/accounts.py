"""Accounts: sign in, sign up, a password forgotten or changed, own tokens, everything of mine, and good-bye.

Django's own views do what is delicate; what is added here is a count of attempts and the page's words. No answer tells
whether somebody else has an account, but that a username is taken.
"""

from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from math import ceil
from typing import Any, TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth import views as auth
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from config import throttle
from config.models import Token
from config.roles import on_behalf_of
from training.models import TrainingSession
from web import everything
from web.account_forms import (
    ChangePasswordForm,
    DeleteForm,
    EmailForm,
    ForgottenForm,
    NewPasswordForm,
    SignUpForm,
    TokenForm,
)
from web.deletion import delete_account

R = TypeVar("R", bound=HttpResponseBase)


class Private(LoginRequiredMixin, View):
    """For who is signed in, and kept by no cache: after signing out, the way back shows nothing."""

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)

    @property
    def user(self) -> User:
        """Who is signed in."""
        return cast(User, self.request.user)


class Guarded(View):
    """Something that a person does now and then, and a program by the thousand: attempts are counted.

    They are counted by name and address: by the name alone, strangers could lock its owner out.
    """

    @method_decorator(sensitive_post_parameters())
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or throttle.allowed(*self.counted):
            return super().dispatch(request, *args, **kwargs)
        seconds = max(1, ceil(throttle.seconds_left(*self.counted) or 1))
        response = render(request, "web/account/too_many.html", {"minutes": ceil(seconds / 60)}, status=429)
        response["Retry-After"] = str(seconds)
        return response

    @property
    def counted(self) -> tuple[str, ...]:
        """The rate, and whose attempts at what."""
        address = _network(self.request.META.get("REMOTE_ADDR", ""))
        return settings.THROTTLE_SIGN_IN, type(self).__name__, self.name(), address

    def name(self) -> str:
        """Whose password is tried; nobody's, where it is none of an account that exists."""
        return str(self.request.user.pk)


def _network(address: str) -> str:
    """Whose address it is: of IPv6's, whoever has one has 2^64."""
    try:
        ip = ip_address(address)
    except ValueError:  # a socket's, which has none
        return address
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is None:
        return str(IPv6Network((int(ip), 64), strict=False))
    return address


# --- in and out ---


class SignInView(Guarded, auth.LoginView):
    """A username, a password, and on to where one wanted to go."""

    template_name = "web/account/sign_in.html"

    def name(self) -> str:
        """As the form will read it, for a blank or a wide letter more is no other name; it may be nobody's."""
        typed = self.request.POST.get("username", "")
        return str(UsernameField().to_python(typed)).casefold()[:150]

    def form_valid(self, form: Any) -> HttpResponse:
        throttle.forget(*self.counted)
        return super().form_valid(form)


class SignOutView(auth.LogoutView):
    """Good-bye for now; the device forgets as well."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _forgotten(super().post(request, *args, **kwargs))


class SignUpView(Guarded, auth.RedirectURLMixin, FormView):  # type: ignore[type-arg]
    """A new account, signed in at once."""

    template_name = "web/account/sign_up.html"
    form_class = SignUpForm
    next_page = "home"

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        user = form.create()
        if user is None:
            return self.form_invalid(form)
        login(self.request, user)
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With where to go on to, which the form and the way to sign in carry along."""
        return super().get_context_data(next=self.get_redirect_url(), **kwargs)


# --- a password forgotten or changed ---


class ForgottenView(Guarded, auth.PasswordResetView):
    """An e-mail with the way to a new password; the answer is the same to every address."""

    template_name = "web/account/forgotten.html"
    form_class = ForgottenForm
    email_template_name = "web/account/forgotten_mail.txt"
    subject_template_name = "web/account/forgotten_subject.txt"
    success_url = reverse_lazy("forgotten-sent")


class NewPasswordView(auth.PasswordResetConfirmView):
    """Where that e-mail leads."""

    template_name = "web/account/new_password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("sign-in")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your new password is set. Sign in with it."))
        return super().form_valid(form)


class PasswordView(Private, Guarded, auth.PasswordChangeView):
    """Another password: every other login ends."""

    template_name = "web/account/password.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("account")

    def form_valid(self, form: Any) -> HttpResponse:
        throttle.forget(*self.counted)
        messages.success(self.request, _("Your new password is set. Everywhere else you are signed out."))
        return super().form_valid(form)


class EmailView(Private, Guarded, FormView):  # type: ignore[type-arg]
    """The address for a forgotten password."""

    template_name = "web/account/email.html"
    form_class = EmailForm
    success_url = reverse_lazy("account")

    def get_initial(self) -> dict[str, Any]:
        return {"email": self.user.email}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.user}

    def form_valid(self, form: EmailForm) -> HttpResponse:
        throttle.forget(*self.counted)
        self.user.email = form.cleaned_data["email"]
        self.user.save(update_fields=["email"])
        messages.success(self.request, _("Your e-mail address is saved."))
        return super().form_valid(form)


# --- what is one's own ---


class AccountView(Private, TemplateView):
    """What there is to an account."""

    template_name = "web/account/account.html"


class TokensView(Private, FormView):  # type: ignore[type-arg]
    """Own keys to the API. A new one is shown in the answer to its making, and never again."""

    template_name = "web/account/tokens.html"
    form_class = TokenForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the tokens that still open something."""
        own = Token.objects.filter(user=self.user, expiry__gt=timezone.now())
        return super().get_context_data(tokens=own.order_by("-created"), **kwargs)

    def form_valid(self, form: TokenForm) -> HttpResponse:
        days, name = form.cleaned_data["days"], form.cleaned_data["name"]
        made, secret = Token.objects.create(self.user, timedelta(days=days), name=name)
        return self.render_to_response(self.get_context_data(form=self.form_class(), made=made, secret=secret))


class RevokeTokenView(Private):
    """The end of a key."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """At once: whoever calls with it is a stranger."""
        token = get_object_or_404(Token, user=self.user, public_id=public_id)
        token.delete()
        messages.success(request, _("“{name}” is revoked.").format(name=token.name or token.token_key))
        return redirect("tokens")


class EverythingView(Private, Guarded):
    """Everything of mine as a file. Asked for by POST, so that no other site can ask for it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Sent while it is made."""
        name = f"second-wind-{timezone.now():%Y-%m-%d}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"}
        return StreamingHttpResponse(everything.stream(self.user), content_type="application/zip", headers=headers)


class DeleteView(Private, Guarded, FormView):  # type: ignore[type-arg]
    """The end of an account, with all that is its own."""

    template_name = "web/account/delete.html"
    form_class = DeleteForm
    success_url = reverse_lazy("goodbye")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With how much goes."""
        with on_behalf_of(self.user.pk):
            sessions = TrainingSession.objects.filter(owner_id=self.user.pk).count()
        tokens = Token.objects.filter(user=self.user).count()
        return super().get_context_data(sessions=sessions, tokens=tokens, **kwargs)

    def form_valid(self, form: DeleteForm) -> HttpResponse:
        user = self.user
        logout(self.request)
        delete_account(user)
        return _forgotten(super().form_valid(form))


def _forgotten(response: R) -> R:
    """Whoever has the device next finds no session of this athlete on it: no copy of a page, nothing checked off."""
    response["Clear-Site-Data"] = '"storage"'
    return response
