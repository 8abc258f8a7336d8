"""The OpenAPI document and its page."""

import json
import re
from contextlib import closing
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from openapi_schema_validator import OAS31Validator

from enrichment.models import EnrichmentItem
from tests.callers import import_request, load_catalogue, signed_in

OPEN = {"/api/v1/schema/", "/api/v1/docs/"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    response = Client().get("/api/v1/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json")
    assert response.status_code == 200
    return dict(json.loads(response.content))


def test_the_document_is_valid_and_raises_no_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", tmp_path / "schema.yaml")


def test_the_document_is_openapi_3_1_and_open_to_all(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")


def test_every_operation_needs_a_token_and_refuses_with_problems(schema: dict[str, Any]) -> None:
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    assert len(operations) >= 18
    for operation in operations:
        assert {"token": []} in operation["security"]
        assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_every_endpoint_of_the_contract_is_documented(schema: dict[str, Any]) -> None:
    paths = {
        re.sub(r"\{\w+\}", "{}", path.removeprefix("/api/v1/")): set(item) for path, item in schema["paths"].items()
    }
    expected = {
        "sessions/": {"get", "post"},
        "sessions/{}/": {"get", "delete"},
        "sessions/{}/done/": {"post", "delete"},
        "sessions/{}/enrichment/": {"get", "post", "delete"},
        "enrichment/items/": {"get"},
        "enrichment/items/{}/": {"get"},
        "enrichment/stats/": {"get"},
        "tokens/": {"get", "post"},
        "tokens/{}/": {"delete"},
        "coaches/": {"get"},
        "exercises/": {"get"},
        "exercises/{}/": {"get"},
    }
    assert {path: methods for path, methods in paths.items() if path in expected} == expected


def test_every_answer_is_what_the_document_says_and_what_get_gives_can_be_posted(
    schema: dict[str, Any], athlete: User
) -> None:
    load_catalogue()
    client = signed_in(athlete)

    def ask(method: str, path: str, body: Any = None, **ids: Any) -> Any:
        """An answer, compared with the operation's own schema for its status, its media type and its body.

        What was asked, too, unless it was refused.
        """
        url = f"/api/v1/{path}"
        response = getattr(client, method)(url.format(**ids), body, format="json")
        documented = schema["paths"][url][method]["responses"]
        expected = documented[str(response.status_code)] if response.status_code < 400 else documented["default"]
        if response.status_code == 204:
            assert "content" not in expected
            return None
        if body is not None and response.status_code < 400:
            taken = schema["paths"][url][method]["requestBody"]["content"]["application/json"]["schema"]
            OAS31Validator({**taken, "components": schema["components"]}).validate(body)
        told = expected["content"][response["Content-Type"]]["schema"]
        OAS31Validator({**told, "components": schema["components"]}).validate(response.json())
        return response.json()

    session = ask("post", "sessions/", import_request())["id"]
    complete = ask("post", "sessions/", {"coach": "force", "mode": "full"})
    full = complete["id"]
    ask("post", "sessions/", {"coach": "force", "mode": "full", "prescription": complete["prescription"]})
    token = ask("post", "tokens/", {"name": "x"})["id"]
    for listed in ("sessions/", "enrichment/items/", "tokens/", "coaches/", "exercises/", "enrichment/stats/"):
        ask("get", listed)
    ask("get", "sessions/{id}/", id=session)
    ask("get", "sessions/{id}/", id=full)
    ask("post", "sessions/{id}/done/", {"rpe": 7}, id=session)
    ask("delete", "sessions/{id}/done/", id=session)
    ask("get", "sessions/{session_id}/enrichment/", session_id=session)
    ask("get", "sessions/{session_id}/enrichment/", session_id=full)
    ask("post", "sessions/{session_id}/enrichment/", {"priority": 1}, session_id=session)
    ask("delete", "sessions/{session_id}/enrichment/", session_id=session)
    ask("get", "enrichment/items/{item_id}/", item_id=EnrichmentItem.objects.get().pk)
    ask("get", "exercises/{slug}/", slug="back-squat")
    ask("delete", "tokens/{public_id}/", public_id=token)
    ask("delete", "sessions/{id}/", id=session)
    ask("get", "sessions/{id}/", id=session)
    ask("post", "sessions/", {"coach": "hopscotch"})


@pytest.mark.parametrize("path", sorted(OPEN))
def test_nothing_but_reading_is_offered_of_them(client: Client, path: str) -> None:
    for method in (client.options, client.post, client.delete):
        response = method(path, headers={"accept": "text/html"})
        assert response.status_code in (405, 406)
        assert response["Content-Type"] == "application/problem+json"


@pytest.mark.django_db  # closing a file looks whether a connection that another test left open is still good
def test_the_page_and_all_its_assets_are_served_from_here(client: Client) -> None:
    page = client.get("/api/v1/docs/").content.decode()
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(assets) >= 4
    assert not [asset for asset in assets if asset.startswith(("http:", "https:", "//"))]
    for asset in assets:
        with closing(client.get(asset.replace("&amp;", "&"))) as response:
            assert response.status_code == 200, asset
            assert b"".join(response), asset
    assert "<script>" not in page, "a strict content security policy lets no inline script run"
