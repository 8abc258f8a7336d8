"""What accounts ask for. Whatever is a secret is asked with Django's own fields, and checked by Django's validators."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm, PasswordResetForm, SetPasswordForm, UserCreationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from config.api import LONGEST_NAME, MOST_DAYS, USUAL_DAYS

logger = logging.getLogger(__name__)


class EmailField(forms.EmailField):
    """An address that may be missing."""

    widget = forms.EmailInput(attrs={"autocomplete": "email"})

    def __init__(self) -> None:
        super().__init__(
            label=_("E-mail"),
            required=False,
            max_length=254,
            help_text=_("Optional. It is used for one thing: a forgotten password."),
        )


# What Django's validators ask for (AUTH_PASSWORD_VALIDATORS), on one line instead of four.
GOOD_PASSWORD = _("At least 8 characters, nothing that everybody uses, and nothing like your name.")


def say_little(form: forms.BaseForm, password: str, again: str) -> None:
    """The first field of a new password says what makes a good one; the second needs no explanation."""
    form.fields[password].help_text = GOOD_PASSWORD
    form.fields[again].help_text = ""
    form.fields[again].label = _("The same password again")


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    """A new account: a name, a password, and an e-mail address for whoever might forget it."""

    email = EmailField()

    class Meta(UserCreationForm.Meta):
        fields = ("username", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_little(self, "password1", "password2")
        self.fields["username"].help_text = _("Letters, digits and @ . + - _")

    def create(self) -> User | None:
        """The account; None, and an error at the name, where somebody else took it at this very moment."""
        try:
            with transaction.atomic():
                user: User = self.save()
                return user
        except IntegrityError:
            self.add_error("username", self.instance.unique_error_message(User, ("username",)))
            return None


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A new password, for who came by way of an e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_little(self, "new_password1", "new_password2")


class ChangePasswordForm(PasswordChangeForm):
    """A new password, for who knows the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_little(self, "new_password1", "new_password2")


class PasswordForm(forms.Form):
    """Asks who is signed in for the password once more, for a phone may lie about unlocked."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    @sensitive_variables("password")
    def clean_password(self) -> str:
        """Raises ValidationError where it is another."""
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError(_("This is not your password."), code="password_incorrect")
        return password


class EmailForm(PasswordForm):
    """Another e-mail address, or none any more: whoever reads its mail can set a new password."""

    email = EmailField()
    field_order = ["email", "password"]


class DeleteForm(PasswordForm):
    """The end of an account, which nobody reaches by a slip of the thumb."""

    username = forms.CharField(
        label=_("Your username"),
        max_length=150,
        help_text=_("Type it once more, so that this is no accident."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ["username", "password"]

    def clean_username(self) -> str:
        """Raises ValidationError where it is another."""
        username: str = self.cleaned_data["username"]
        if username != self.user.get_username():
            raise ValidationError(_("This is not your username."), code="username_incorrect")
        return username


class TokenForm(forms.Form):
    """A new key to the API."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_("To tell it from the others: “phone”, “spreadsheet”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.IntegerField(label=_("Days until it expires"), min_value=1, max_value=MOST_DAYS, initial=USUAL_DAYS)


class ForgottenForm(PasswordResetForm):
    """Sends every account of an address the way to a new password."""

    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"}))

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        """Plain text, handed over to a thread: how long an answer takes must not tell whether there was mail to send.

        The words are found here, in the reader's language.
        """
        subject = render_to_string(subject_template_name, context).strip()
        body = render_to_string(email_template_name, context)
        _post.submit(_send, EmailMessage(subject, body, from_email, [to_email]), context["user"].pk)


_post = ThreadPoolExecutor(2, thread_name_prefix="mail")


def _send(message: EmailMessage, user_id: int) -> None:
    try:
        message.send()
    except OSError as error:  # every error of a mail server is one
        logger.warning("mail not sent", extra={"user": user_id, "error": type(error).__name__})
