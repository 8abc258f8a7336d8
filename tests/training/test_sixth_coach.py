"""What a sixth coach costs: a class, an analysis, its rows of the catalogue and a line in the registry; nothing else.

The coach of this file stands for one in `training/coaches`, its function `analyse` for one in `training/analyses`.
"""

import json
from typing import Annotated, Any, ClassVar

import pytest
from django.contrib.auth.models import User
from pydantic import BaseModel, ConfigDict, Field

from enrichment import processor
from tests.callers import SESSIONS, load_catalogue, signed_in, whole_catalogue
from tests.factories import UserFactory
from tests.model_server import FOREVER, Behaviour, ModelServer
from training import coaches
from training.catalogue import Catalogue
from training.catalogue.stored import load
from training.coaches import Coach, planning, preparation
from training.coaches.case import Case, Verdict
from training.coaches.means import Means
from training.counting import working_sets
from training.prescription import Block, Prescription, Refused, Set
from training.request import SessionRequest
from training.strict import strict_schema
from training.wire import Prompt

pytestmark = pytest.mark.django_db(transaction=True)
STRETCHES = ("childs-pose", "cat-cow", "hamstring-stretch", "hip-flexor-stretch")


class Draft(BaseModel):
    """What a model answers: the stretches in their order."""

    model_config = ConfigDict(extra="forbid")
    stretches: Annotated[list[str], Field(min_length=1, max_length=8)]


class YogaCoach(Coach):
    """Long holds, one after another."""

    slug = "yoga"
    disciplines = ("hatha", "yin")
    equipment = ()
    formats = ("circuit",)
    analyses = ("holds",)
    draft: ClassVar[type[BaseModel]] = Draft

    @staticmethod
    def breath_last(case: Case) -> Verdict:
        ok = case.prescription.blocks[-1].role == "cooldown"
        return ok, case.say("good") if ok else case.say("order")

    rules: ClassVar = {"order": breath_last}

    def plan(self, means: Means, *, seed: int) -> Prescription:
        return self._session([entry.slug for entry in means.candidates if "cooldown" in entry.roles], means)

    def prompt(self, means: Means) -> Prompt:
        return Prompt("Choose stretches.", json.dumps([entry.slug for entry in means.candidates]))

    def expand(self, draft: BaseModel, means: Means) -> Prescription:
        return self._session(Draft.model_validate(draft).stretches, means)

    def _session(self, slugs: list[str], means: Means) -> Prescription:
        if not slugs:
            raise Refused.at("/athlete", "nothing_possible", "Nothing is left.")
        seconds = 0.8 * planning.budget_seconds(means.request) / len(slugs)
        entries = [means.catalogue[slug] for slug in slugs]
        holds = [Set(duration_seconds=seconds / (2 if entry.unilateral else 1), rpe=2) for entry in entries]
        pairs = zip(entries, holds, strict=True)
        blocks = [
            Block(role="warmup", format="circuit", exercises=[preparation.easy(entries[0], means, "warmup")]),
            Block(role="main", format="circuit", exercises=[planning.exercise(e, [h], means) for e, h in pairs]),
            Block(role="cooldown", format="circuit", exercises=[preparation.easy(entries[-1], means, "cooldown")]),
        ]
        return self.finish(Prescription(title="Yoga", blocks=blocks), means)

    def analyse(self, prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
        return {"holds": analyse(prescription)}


def analyse(prescription: Prescription) -> dict[str, Any]:
    """How long is held, in seconds."""
    held = sum(each.times * each.sides * (each.set.duration_seconds or 0) for each in working_sets(prescription))
    return {"seconds": held, "method": "sum of holds", "reasons": {}}


@pytest.fixture(autouse=True)
def yoga(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:
    monkeypatch.setitem(coaches.REGISTRY, "yoga", YogaCoach())
    load_catalogue()
    rows = [whole_catalogue()[slug] for slug in STRETCHES]
    load(row.model_copy(update={"coaches": [*row.coaches, "yoga"], "roles": [*row.roles, "main"]}) for row in rows)


@pytest.fixture
def owner() -> User:
    return UserFactory.create()


def asked(owner: User, **fields: Any) -> dict[str, Any]:
    answer = signed_in(owner).post(SESSIONS, {"coach": "yoga", **fields}, format="json")
    assert answer.status_code == 201, answer.content
    session: dict[str, Any] = answer.json()
    return session


def test_it_serves_is_judged_enriched_and_analysed_like_the_five(owner: User) -> None:
    session = asked(owner, available_minutes=30)
    assert (session["discipline"], session["source"]) == ("hatha", "builtin")
    assert [check for check in session["checks"] if not check["ok"]] == []
    assert {"order", "time_budget", "avoided"} <= {check["code"] for check in session["checks"]}
    assert processor.enrich_next(worker="celery@test", task_id="task") is not None
    enriched = signed_in(owner).get(session["links"]["self"]).json()
    assert enriched["enrichment_status"] == "enriched"
    assert enriched["analysis"]["holds"]["seconds"] == pytest.approx(0.8 * 1800)
    assert all(e["details"] for block in enriched["prescription"]["blocks"] for e in block["exercises"])


def test_its_sessions_are_mended_like_those_of_the_five(owner: User, model_server: ModelServer) -> None:
    model_server.script(Behaviour(text='{"stretches": ["childs-pose", "back-squat"]}', times=FOREVER))
    session = asked(owner, language="fr", equipment=[])
    assert session["source"] == "llm"
    main = next(block for block in session["prescription"]["blocks"] if block["role"] == "main")
    assert [exercise["exercise"] for exercise in main["exercises"]] == ["childs-pose"]
    assert [check for check in session["checks"] if not check["ok"]] == []


def test_it_is_told_of_where_the_five_are(owner: User) -> None:
    api = signed_in(owner)
    assert "yoga" in [coach["slug"] for coach in api.get("/api/v1/coaches/").json()["results"]]
    assert api.get("/api/v1/enrichment/stats/").json()["by_coach"]["yoga"] == 0
    strict_schema(YogaCoach.draft)


def test_what_it_does_not_teach_is_refused_with_what_it_does(owner: User) -> None:
    refusal = signed_in(owner).post(SESSIONS, {"coach": "yoga", "discipline": "running"}, format="json")
    assert refusal.status_code == 422
    assert "hatha" in refusal.json()["errors"][0]["detail"]
