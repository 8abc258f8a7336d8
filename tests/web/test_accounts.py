"""Accounts as their owners use them: without JavaScript, in both languages, with the rights of the web role."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import redis
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from config.models import Token
from config.roles import Role
from tests.callers import SESSIONS, signed_in
from tests.database_roles import acting_as
from tests.factories import PASSWORD, TrainingSessionFactory, UserFactory
from tests.processes import eventually

NEW_PASSWORD = "a bicycle for the mind"
PRIVATE = ["account", "password", "email", "tokens", "delete-account", "past-sessions"]
PUBLIC = ["sign-in", "sign-up", "forgotten", "forgotten-sent", "goodbye"]


@pytest.fixture(autouse=True)
def _as_web(database_roles: None, db: None, broker: redis.Redis) -> Iterator[None]:
    """Nothing is counted yet, and whatever a page does it does with the rights of the web role."""
    with acting_as(Role.WEB):
        yield


@pytest.fixture
def athlete(settings: Settings, db: None) -> User:
    """Somebody whose password is compared in no time, for it is compared often here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    athlete: User = UserFactory.create(username="athlete", password=make_password(PASSWORD))
    return athlete


@pytest.fixture
def own(client: Client, athlete: User) -> Client:
    """The athlete's browser."""
    client.force_login(athlete)
    return client


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def sign_in(client: Client, username: str = "athlete", password: str = PASSWORD, **fields: str) -> Any:
    return client.post(reverse("sign-in"), {"username": username, "password": password, **fields})


def is_signed_in(client: Client) -> bool:
    return bool(client.get(reverse("account")).status_code == 200)


# --- in and out ---


def test_who_signs_in_goes_on_to_where_they_wanted_to_go(client: Client, athlete: User) -> None:
    asked = client.get(reverse("tokens"))
    assert asked["Location"] == f"{reverse('sign-in')}?next={reverse('tokens')}"
    assert f'name="next" value="{reverse("tokens")}"' in text(client.get(asked["Location"]))
    assert sign_in(client, next=reverse("tokens"))["Location"] == reverse("tokens")
    assert is_signed_in(client)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"])
@pytest.mark.parametrize("page", ["sign-in", "sign-up"])
def test_nobody_is_sent_to_another_site(client: Client, athlete: User, page: str, elsewhere: str) -> None:
    assert elsewhere not in text(client.get(reverse(page), {"next": elsewhere}))
    fields = {"username": "athlete", "password": PASSWORD, "next": elsewhere}
    if page == "sign-up":
        fields = {"username": "novice", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "next": elsewhere}
    assert client.post(reverse(page), fields)["Location"] == reverse("home")


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(client: Client, athlete: User) -> None:
    UserFactory.create(username="gone", is_active=False)
    wrong = sign_in(client, password="wrong")
    assert "correct username and password" in text(wrong)
    for username, password in (("nobody", PASSWORD), ("gone", PASSWORD), ("athlete\0", PASSWORD)):
        answer = sign_in(client, username, password)
        assert answer.status_code == wrong.status_code
        assert not is_signed_in(client)
    assert "correct username and password" in text(sign_in(client, "gone"))


def test_signing_out_takes_a_post_and_ends_the_login(own: Client) -> None:
    assert own.get(reverse("sign-out")).status_code == 405
    assert is_signed_in(own)
    answer = own.post(reverse("sign-out"))
    assert answer["Location"] == reverse("home")
    assert answer["Clear-Site-Data"] == '"storage"'  # nor does the device keep anything
    assert not is_signed_in(own)


def test_a_form_from_another_site_is_refused(athlete: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(athlete)
    for page in ("sign-in", "sign-up", "sign-out", "forgotten", "password", "email", "tokens", "everything"):
        assert strict.post(reverse(page), {}).status_code == 403, page
    assert strict.post(reverse("delete-account"), {"username": "athlete", "password": PASSWORD}).status_code == 403
    assert User.objects.filter(username="athlete").exists()


def test_too_many_attempts_are_told_when_to_come_back(client: Client, athlete: User, settings: Settings) -> None:
    settings.THROTTLE_SIGN_IN = "2/hour"
    assert [sign_in(client, password="guess").status_code for _ in range(3)] == [200, 200, 429]
    refused = sign_in(client)
    assert refused.status_code == 429, "the right password comes too late as well"
    assert 1 <= int(refused["Retry-After"]) <= 3600
    assert "Too many attempts" in text(refused)
    for written in ("athlete ", "ＡＴＨＬＥＴＥ", "\u00a0athlete"):
        assert sign_in(client, written, "guess").status_code == 429, "the same name in another dress"
    assert sign_in(client, "another", "guess").status_code == 200, "names are counted apart"
    elsewhere = Client(REMOTE_ADDR="192.0.2.1")
    assert sign_in(elsewhere).status_code == 302, "and so are addresses: strangers cannot lock anybody out"


def test_who_has_many_addresses_is_still_one(athlete: User, settings: Settings) -> None:
    settings.THROTTLE_SIGN_IN = "2/hour"
    addresses = ["2001:db8::1", "2001:db8::2", "2001:db8::3:4", "2001:db8:0:1::1", "::ffff:192.0.2.1"]
    codes = [sign_in(Client(REMOTE_ADDR=address), password="guess").status_code for address in addresses]
    assert codes == [200, 200, 429, 200, 200], "the last two are others"


def test_who_gets_in_is_counted_anew(client: Client, athlete: User, settings: Settings) -> None:
    settings.THROTTLE_SIGN_IN = "2/hour"
    codes = [sign_in(client, password=password).status_code for password in ("typo", PASSWORD, "typo", PASSWORD)]
    assert codes == [200, 302, 200, 302]


def test_a_broker_that_is_not_there_keeps_nobody_out(client: Client, athlete: User, settings: Settings) -> None:
    settings.THROTTLE_SIGN_IN, settings.REDIS_URL = "1/hour", "redis://127.0.0.1:1/0"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("config.throttle._limiter", unreachable)
        patch.setattr("config.throttle.breaker", Shut())
        assert [sign_in(client, password="typo").status_code for _ in range(3)] == [200] * 3
        assert sign_in(client).status_code == 302


def unreachable() -> Any:
    raise redis.exceptions.ConnectionError


class Shut:
    """A breaker that lets everybody try."""

    def closed(self) -> bool:
        return True

    def open(self) -> None:
        """Nothing: the next one tries again."""


def test_the_admin_has_the_same_door(client: Client, athlete: User) -> None:
    asked = client.get("/admin/", follow=True)
    assert unquote(asked.redirect_chain[-1][0]) == f"{reverse('sign-in')}?next=/admin/"
    assert sign_in(client, next="/admin/")["Location"] == "/admin/"
    told = text(client.get("/admin/", follow=True))
    assert "You are signed in as athlete. What you asked for may need another account." in told
    UserFactory.create(username="operator", password=athlete.password, is_staff=True, is_superuser=True)
    assert sign_in(client, "operator", next="/admin/")["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


# --- a new account ---


def test_a_new_account_is_signed_in_and_needs_no_email(client: Client) -> None:
    fields = {"username": "novice", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post(reverse("sign-up"), fields)["Location"] == reverse("home")
    novice = User.objects.get(username="novice")
    assert (novice.email, novice.is_staff, novice.is_superuser) == ("", False, False)
    assert "novice" in text(client.get(reverse("account")))


@pytest.mark.parametrize("password", ["short", "password123", "novice-novice"])
def test_a_weak_password_is_refused_at_its_field(client: Client, password: str) -> None:
    fields = {"username": "novice", "email": "novice@example.com", "password1": password, "password2": password}
    page = text(client.post(reverse("sign-up"), {**fields, "username": "novice-novice"}))
    assert re.search(r'name="password2"[^>]*aria-invalid="true"[^>]*aria-describedby="[^"]*id_password2_error"', page)
    assert 'id="id_password2_error"' in page
    assert not User.objects.exists()


def test_a_taken_name_is_refused_in_any_case_and_an_email_may_be_shared(client: Client, athlete: User) -> None:
    User.objects.update(email="both@example.com")
    fields = {"email": "both@example.com", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert "already exists" in text(client.post(reverse("sign-up"), {**fields, "username": "ATHLETE"}))
    assert client.post(reverse("sign-up"), {**fields, "username": "partner"}).status_code == 302


def test_of_two_who_take_a_name_at_once_the_later_is_told(
    client: Client, athlete: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.account_forms.SignUpForm.validate_unique", lambda form: None)
    monkeypatch.setattr("web.account_forms.SignUpForm.clean_username", lambda form: form.cleaned_data["username"])
    fields = {"username": "athlete", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    page = client.post(reverse("sign-up"), fields)
    assert page.status_code == 200
    assert "already exists" in text(page)
    assert not is_signed_in(client)


# --- a password forgotten or changed ---


def forget(client: Client, email: str, **headers: str) -> Any:
    return client.post(reverse("forgotten"), {"email": email}, headers=headers)


def link(message: Any) -> str:
    found = re.search(r"http://testserver(/\S+)", message.body)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("language", "word"), [("en", "password"), ("fr", "mot de passe")])
def test_a_forgotten_password_is_replaced_by_way_of_a_mail(
    client: Client, athlete: User, language: str, word: str
) -> None:
    User.objects.update(email="athlete@example.com")
    other_login = Client()
    other_login.force_login(athlete)
    assert forget(client, "Athlete@example.com", accept_language=language)["Location"] == reverse("forgotten-sent")
    eventually(lambda: len(mail.outbox) == 1, what="a mail")
    message = mail.outbox[0]
    assert message.to == ["athlete@example.com"]
    assert word in message.subject
    assert word in message.body
    assert re.search(r"(“|«\xa0)athlete(”|\xa0»)", str(message.body))
    assert message.content_subtype == "plain"
    form = client.get(link(message), follow=True)
    assert "no-store" in form["Cache-Control"]
    fields = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert client.post(form.redirect_chain[-1][0], fields)["Location"] == reverse("sign-in")
    assert not is_signed_in(other_login)
    assert sign_in(client, password=NEW_PASSWORD).status_code == 302
    used = text(client.get(link(message), follow=True, headers={"accept-language": "en"}))
    assert "it was used, or it is too old" in used


def test_an_address_nobody_has_is_answered_alike_and_gets_no_mail(client: Client, athlete: User) -> None:
    User.objects.update(email="athlete@example.com")
    UserFactory.create(username="gone", email="gone@example.com", is_active=False)
    known = forget(client, "athlete@example.com")
    eventually(lambda: len(mail.outbox) == 1, what="a mail")
    for email in ("nobody@example.com", "gone@example.com"):
        unknown = forget(client, email)
        assert (unknown.status_code, unknown["Location"]) == (known.status_code, known["Location"])
    forget(client, "athlete@example.com")
    eventually(lambda: len(mail.outbox) == 2, what="the next mail")
    assert {message.to[0] for message in mail.outbox} == {"athlete@example.com"}


def test_a_mail_server_that_is_away_is_no_error_of_the_page(
    client: Client, athlete: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    User.objects.update(email="athlete@example.com")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert forget(client, "athlete@example.com").status_code == 302
    eventually(lambda: "mail not sent" in caplog.text, what="a line in the log")
    assert "athlete@example.com" not in caplog.text


def test_mail_cannot_be_asked_for_without_end(client: Client, settings: Settings) -> None:
    settings.THROTTLE_SIGN_IN = "2/hour"
    assert [forget(client, f"{n}@example.com").status_code for n in range(3)] == [302, 302, 429]


@pytest.mark.parametrize("path", ["MQ/set-password/", "x/y/", "MQ/abc-def/", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5/a-b/"])
def test_a_link_that_was_made_up_opens_nothing(client: Client, athlete: User, path: str) -> None:
    page = client.get(f"{reverse('forgotten')}{path}")
    assert page.status_code == 200
    assert "Ask for another one" in text(page)


def test_a_changed_password_ends_every_other_login(own: Client, athlete: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(athlete)
    fields = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert own.post(reverse("password"), {**fields, "old_password": "wrong"}).status_code == 200
    assert own.post(reverse("password"), fields)["Location"] == reverse("account")
    assert is_signed_in(own)
    assert not is_signed_in(elsewhere)
    assert sign_in(elsewhere, password=NEW_PASSWORD).status_code == 302


def test_an_email_address_is_changed_by_who_knows_the_password(own: Client, athlete: User) -> None:
    wrong = own.post(reverse("email"), {"email": "me@example.com", "password": "wrong"})
    assert "This is not your password." in text(wrong)
    assert own.post(reverse("email"), {"email": "me@example.com", "password": PASSWORD}).status_code == 302
    athlete.refresh_from_db()
    assert athlete.email == "me@example.com"
    assert own.post(reverse("email"), {"email": "", "password": PASSWORD}).status_code == 302
    athlete.refresh_from_db()
    assert athlete.email == ""


# --- own tokens ---


def test_a_token_is_shown_once_works_and_is_revoked(own: Client, athlete: User) -> None:
    made = own.post(reverse("tokens"), {"name": "phone <b>", "days": "30"})
    found = re.search(r'id="secret"[^>]*>(sw_\w+)<', text(made))
    assert found is not None
    assert "phone &lt;b&gt;" in text(made)
    token = Token.objects.get(user=athlete)
    assert timedelta(days=29) < token.expiry - timezone.now() < timedelta(days=31)
    bearer = {"authorization": f"Bearer {found[1]}"}
    assert Client().get(SESSIONS, headers=bearer).status_code == 200
    listed = text(own.get(reverse("tokens")))
    assert token.token_key in listed
    assert found[1] not in listed
    assert token.digest not in listed
    assert own.post(reverse("revoke-token", args=[token.public_id])).status_code == 302
    assert Client().get(SESSIONS, headers=bearer).status_code == 401


@pytest.mark.parametrize(
    "fields", [{"name": "", "days": "1"}, {"name": "x", "days": "0"}, {"name": "x", "days": "3651"}, {"name": "x"}]
)
def test_a_token_without_a_name_or_end_is_refused(own: Client, fields: dict[str, str]) -> None:
    assert 'aria-invalid="true"' in text(own.post(reverse("tokens"), fields))
    assert not Token.objects.exists()


def test_somebody_elses_token_is_neither_seen_nor_revoked(own: Client) -> None:
    stranger: User = UserFactory.create()
    signed_in(stranger)
    (token,) = Token.objects.all()
    assert token.token_key not in text(own.get(reverse("tokens")))
    assert own.post(reverse("revoke-token", args=[token.public_id])).status_code == 404
    assert Token.objects.exists()


# --- every page ---


@pytest.mark.parametrize("page", [*PRIVATE, *PUBLIC])
def test_a_page_is_in_both_languages_and_runs_nothing_inline(own: Client, athlete: User, page: str) -> None:
    TrainingSessionFactory.create(owner=athlete)
    Token.objects.create(athlete, name="phone")
    heads = []
    for language in ("en", "fr"):
        answer = own.get(reverse(page), headers={"accept-language": language})
        assert answer.status_code == 200
        shown = text(answer)
        assert f'<html lang="{language}">' in shown
        assert not re.search(r'<style|\sstyle=|<script(?![^>]*(src=|type="application/json"))|\son\w+="', shown)
        heads.append(re.findall(r"<title>.*?</title>|<p.*?</p>", shown))
    assert len(heads[0]) == len(heads[1]) >= 1
    assert [a for a, b in zip(*heads, strict=True) if a == b] == []


@pytest.mark.parametrize("page", PRIVATE)
def test_what_is_private_asks_who_one_is_and_is_kept_by_no_cache(client: Client, athlete: User, page: str) -> None:
    assert client.get(reverse(page))["Location"].startswith(reverse("sign-in"))
    client.force_login(athlete)
    assert "no-store" in client.get(reverse(page))["Cache-Control"]


@pytest.mark.parametrize("page", ["sign-in", "sign-up", "forgotten", "password", "email", "tokens", "delete-account"])
def test_every_field_has_a_label_and_every_password_says_what_kind_it_is(own: Client, page: str) -> None:
    shown = text(own.get(reverse(page)))
    for field in re.findall(r"<(?:input|select)[^>]*>", shown.partition("<main")[2].partition("</main>")[0]):
        if 'type="hidden"' in field or " hidden" in field:
            continue
        (identity,) = re.findall(r' id="([^"]+)"', field)
        assert f'<label for="{identity}"' in shown
        assert 'type="password"' not in field or re.search(r'autocomplete="(current|new)-password"', field)
