"""The list of an athlete's sessions: the newest first, filtered, and quick however many there are."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import TrainingSessionFactory, UserFactory, force_prescription
from training.models import TrainingSession

LIST = "/sessions/"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def own(client: Client, athlete: User) -> Client:
    """The athlete's browser."""
    client.force_login(athlete)
    return client


def session(owner: User, title: str, **columns: Any) -> TrainingSession:
    made: TrainingSession = TrainingSessionFactory.create(
        owner=owner, prescription={**force_prescription(), "title": title}, coach=columns.pop("coach", "force")
    )
    TrainingSession.objects.filter(pk=made.pk).update(**columns)
    return made


def lines(response: Any) -> list[str]:
    """The lines of a page, each as it is read."""
    page = re.sub(r"\s+", " ", response.content.decode())
    return [re.sub(r"(&nbsp;|<[^>]*>|\s)+", " ", line).strip() for line in re.findall(r'<a class="card".*?</a>', page)]


def neighbour(response: Any, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', response.content.decode())
    return found[1].replace("&amp;", "&") if found else None


def test_a_line_says_when_who_what_how_long_and_whether_it_is_done(own: Client, athlete: User) -> None:
    session(athlete, "Heavy <day>", created_at=NOON, done_at=NOON)
    assert lines(own.get(LIST)) == ["1 Sun Heavy &lt;day&gt; Strength · 30 min ✓ Done"]
    assert lines(own.get(LIST, headers={"accept-language": "fr"})) == ["1 dim Heavy &lt;day&gt; Force · 30 min ✓ Faite"]


def test_a_session_without_a_title_or_an_estimate_is_listed_all_the_same(own: Client, athlete: User) -> None:
    bare = {**force_prescription(), "title": None, "duration_minutes": None}
    made = TrainingSessionFactory.create(owner=athlete, prescription=bare, discipline="powerlifting")
    (line,) = lines(own.get(LIST))
    assert "Powerlifting Strength Ready" in line
    assert '<b lang="en">Session</b>' in own.get("/").content.decode()
    assert '<h1 lang="en">Session</h1>' in own.get(f"/sessions/{made.pk}/").content.decode()


def test_the_newest_come_first_and_every_page_knows_its_neighbours(own: Client, athlete: User) -> None:
    for number in range(45):  # two a moment: a page may end between them
        session(athlete, f"Session {number:02}", created_at=NOON + timedelta(days=number // 2))
    pages = [own.get(LIST)]
    while older := neighbour(pages[-1], "next"):
        pages.append(own.get(older))
    numbers = [int(number) for page in pages for line in lines(page) for number in re.findall(r"Session (\d\d)", line)]
    assert [len(lines(page)) for page in pages] == [20, 20, 5]
    assert sorted(numbers) == list(range(45))
    moments = [number // 2 for number in numbers]
    assert moments == sorted(moments, reverse=True)
    newer = neighbour(pages[2], "prev")
    assert newer is not None
    assert lines(own.get(newer)) == lines(pages[1])
    assert neighbour(pages[0], "prev") is None


def test_sessions_are_filtered_by_coach_and_status_on_every_page(own: Client, athlete: User) -> None:
    for number in range(25):
        session(athlete, f"Run {number}", coach="endurance", done_at=NOON)
    session(athlete, "Run at last", coach="endurance")
    session(athlete, "Lift", done_at=NOON)
    session(athlete, "Whole", enrichment_status="full", enriched_at=NOON)
    runs = own.get(LIST, {"coach": "endurance", "status": "done"})
    older = neighbour(runs, "next")
    assert older is not None
    found = lines(runs) + lines(own.get(older))
    assert len(found) == 25
    assert all("Endurance" in line and "Done" in line for line in found)
    assert '<option value="endurance" selected>' in runs.content.decode()
    for status, title in (("to-do", "Run at last"), ("ready", "Run at last"), ("enriched", "Whole")):
        assert title in " ".join(lines(own.get(LIST, {"status": status})))
    assert lines(own.get(LIST, {"status": "enriching"})) == []
    assert b"No session is like that." in own.get(LIST, {"status": "enriching"}).content


def test_nobody_sees_another_athletes_sessions(own: Client) -> None:
    TrainingSessionFactory.create()
    shown = own.get(LIST)
    assert lines(shown) == []
    assert b"Ask for a session" in shown.content


@pytest.mark.parametrize("query", ["cursor=x", "cursor=%00", "page_size=0"])
def test_a_place_that_was_made_up_is_the_first_page(own: Client, query: str) -> None:
    assert own.get(f"{LIST}?{query}")["Location"] == reverse("past-sessions")


@pytest.mark.parametrize("query", ["coach=yoga", "status=%00", "coach=force&coach=endurance", "other=1"])
def test_a_filter_that_is_not_known_is_no_error(own: Client, athlete: User, query: str) -> None:
    assert own.get(f"{LIST}?{query}").status_code == 200


def test_a_page_takes_as_many_queries_for_many_sessions_as_for_one(own: Client, athlete: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            own.get(LIST)
        return len(asked)

    session(athlete, "One")
    few = queries()
    for _ in range(30):
        session(athlete, "Many")
    assert queries() == few


def test_a_page_is_read_by_the_index_of_an_owners_newest(own: Client, athlete: User) -> None:
    session(athlete, "One")
    stranger = UserFactory.create()
    with connection.cursor() as cursor:
        # As in a database in use: a year of the athlete's among what others have.
        cursor.execute("SET LOCAL session_replication_role = replica")  # rows alone
        cursor.execute(
            """
            INSERT INTO training_trainingsession
            SELECT (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(),
                'owner_id', CASE WHEN n %% 5 = 0 THEN one.owner_id ELSE %s END,
                'created_at', one.created_at - make_interval(mins => n)))).*
            FROM training_trainingsession one, generate_series(1, 2000) n
            """,
            [stranger.pk],
        )
        cursor.execute("ANALYZE training_trainingsession")
    with CaptureQueriesContext(connection) as asked:
        assert len(lines(own.get(LIST))) > 1
    (query,) = [query["sql"] for query in asked.captured_queries if "training_trainingsession" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "session_owner_newest" in plan
    assert "Sort" not in plan
