"""The client, and `manage.py coach` on it, against a real web process, a real worker and a model's server."""

import ast
import asyncio
import inspect
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import FunctionType

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings
from rich.console import Console

import secondwind_client
from config.demo import CREDENTIALS
from config.terminal import Screen
from secondwind_client import (
    AsyncClient,
    Client,
    Conflict,
    EnrichmentOver,
    ExerciseEnriched,
    ExerciseWritten,
    Limits,
    NotFound,
    NotSignedIn,
    Outline,
    Refused,
    Session,
    SessionReady,
    StatusChanged,
)
from tests.faults.proxy import Proxy, proxy_to
from tests.model_server import FOREVER, Behaviour
from tests.processes import eventually
from tests.stack_fixtures import Stack

pytestmark = pytest.mark.django_db  # what the stack keeps there is its module's


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    """The athlete's."""
    with Client(stack.url, token=stack.token) as client:
        yield client


@pytest.fixture
def proxy(stack: Stack) -> Iterator[Proxy]:
    """A line to the web process that can be cut."""
    with proxy_to(stack.port) as proxy:
        yield proxy


def cut(proxy: Proxy) -> None:
    """Every connection breaks off; the next one goes well."""
    proxy.close()
    proxy.open()


def keys(session: Session) -> set[str]:
    return {exercise.key for _, exercise in session.prescription.exercises()}


# --- the client ---


def test_a_session_comes_at_once_and_its_enrichment_is_followed_to_the_end(client: Client) -> None:
    session = client.generate(coach="force", available_minutes=30, athlete={"level": "beginner"})
    assert session.enrichment_status == "fast"
    assert all(exercise.details is None for _, exercise in session.prescription.exercises())
    events = [*client.follow(session.id)]
    assert [event.number for event in events if event.number] == [*range(1, len(events) + 1)]
    assert {event.key for event in events if isinstance(event, ExerciseEnriched)} == keys(session)
    assert isinstance(events[-1], EnrichmentOver)
    enriched = client.wait_until_enriched(session.id)
    assert enriched.enrichment_status == "enriched"
    assert all(exercise.details for _, exercise in enriched.prescription.exercises())
    assert enriched.analysis is not None
    assert [*client.follow(session.id, after=events[-1].number or 0)] == []


def test_a_session_is_told_as_it_is_written(client: Client) -> None:
    events = [*client.stream(coach="force", available_minutes=30)]
    assert isinstance(events[0], Outline)
    written = [event for event in events if isinstance(event, ExerciseWritten)]
    assert isinstance(events[-1], SessionReady)
    assert written
    assert {event.exercise.key for event in written} <= keys(events[-1].session)


def test_a_line_that_is_cut_while_we_follow_costs_no_event_and_repeats_none(stack: Stack, proxy: Proxy) -> None:
    with Client(f"http://127.0.0.1:{proxy.port}", token=stack.token) as client:
        session = client.generate(coach="force", available_minutes=30)
        events = []
        for event in client.follow(session.id):
            events.append(event)
            if len(events) == 3:
                cut(proxy)
        numbers = [event.number for event in events if event.number]
        assert numbers == [*range(1, len(numbers) + 1)]
        assert isinstance(events[-1], EnrichmentOver)
        told = [event for event in events if isinstance(event, ExerciseEnriched)]
        assert told == [event for event in client.follow(session.id) if isinstance(event, ExerciseEnriched)]


def test_an_answer_that_is_lost_makes_no_second_session(stack: Stack, proxy: Proxy) -> None:
    stack.model.script(Behaviour(about="an answer is lost", delay_seconds=0.5))
    asked = len(stack.model.requests)
    with (
        Client(f"http://127.0.0.1:{proxy.port}", token=stack.token) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        before = {session.id for session in client.list()}
        generating = thread.submit(client.generate, coach="force", goal="an answer is lost")
        eventually(lambda: len(stack.model.requests) > asked, what="the model's being asked")
        cut(proxy)
        session = generating.result(20)
        assert {session.id for session in client.list()} - before == {session.id}


def test_the_same_key_is_the_same_session(client: Client) -> None:
    first, second = (client.generate(coach="force", available_minutes=20, idempotency_key="mine") for _ in range(2))
    assert first == second
    with pytest.raises(Refused):
        client.generate(coach="force", available_minutes=25, idempotency_key="mine")


def test_problems_are_types_that_carry_what_the_server_said(stack: Stack, client: Client) -> None:
    with pytest.raises(Refused) as refused:
        client.generate(coach="force", available_minutes=5, athlete={"age": 200})
    assert {error.pointer: error.code for error in refused.value.problem.errors} == {
        "/available_minutes": "min_value",
        "/athlete/age": "max_value",
    }
    with pytest.raises(Refused):
        next(client.stream(coach="yoga"))
    with pytest.raises(NotFound):
        client.get("no-such-session")
    with Client(stack.url, token="sw_unknown") as stranger, pytest.raises(NotSignedIn):
        stranger.stats()


def test_the_other_calls(client: Client) -> None:
    session, other = (client.generate(coach="force", available_minutes=20) for _ in range(2))
    listed = [one.id for one in client.list(coach="force", page_size=1, created_after=session.created_at)]
    assert listed == [other.id]
    assert isinstance([*client.follow(session.id)][-1], EnrichmentOver)
    assert client.status(session.id).is_final
    assert client.enqueue(session.id, priority=1).status == "enriched"
    with pytest.raises(Conflict):
        client.cancel(session.id)
    done = client.done(session.id, at=datetime(2026, 5, 1, 18, tzinfo=UTC), rpe=7).done
    assert done is not None
    assert done.rpe == 7
    assert client.not_done(session.id).done is None
    file = client.export(session.id, "md")
    assert file.name.endswith(".md")
    assert (session.prescription.title or "").encode() in file.content
    assert client.stats().workers == 1
    again = client.generate(coach="force", prescription=client.get(session.id).prescription)
    assert again.source == "imported"
    client.delete(again.id)
    with pytest.raises(NotFound):
        client.get(again.id)


def test_the_async_client_walks_the_same_path(stack: Stack) -> None:
    async def walk() -> None:
        async with AsyncClient(stack.url, token=stack.token, limits=Limits(retry_seconds=10)) as client:
            written = [event async for event in client.stream(coach="force", available_minutes=20)]
            assert isinstance(written[-1], SessionReady)
            session = written[-1].session
            events = [event async for event in client.follow(session.id)]
            assert {event.key for event in events if isinstance(event, ExerciseEnriched)} == keys(session)
            assert (await client.wait_until_enriched(session.id)).analysis is not None
            assert session.id in {one.id async for one in client.list()}
            with pytest.raises(Refused):
                await client.generate(coach="yoga")
            await client.delete(session.id)

    asyncio.run(walk())


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_the_example_of_the_docstring_runs(
    kind: type, stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SECONDWIND_URL", stack.url)
    monkeypatch.setenv("SECONDWIND_TOKEN", stack.token)
    found = re.search(r"```python\n(.*?)```", inspect.getdoc(kind) or "", re.DOTALL)
    assert found is not None
    example = compile(found[1], "example", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    coroutine = FunctionType(example, vars(secondwind_client).copy())()
    if coroutine is not None:
        asyncio.run(coroutine)
    assert "volume_analysis" in capsys.readouterr().out


# --- manage.py coach ---


def details_with(injury: str) -> str:
    """What only the calls for the details of this athlete's exercises hold."""
    return json.dumps({"injuries": [injury]}, indent=1).removeprefix("{").removesuffix("\n}")


def coach(stack: Stack, *arguments: str) -> None:
    call_command("coach", *arguments, "--url", stack.url, "--token", stack.token)


def test_in_a_pipe_it_is_plain_lines_from_the_title_to_the_analyses(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    coach(stack, "A stronger squat", "--minutes", "30", "--one-rep-max", "back-squat=120")
    told = capsys.readouterr().out
    assert "\x1b" not in told
    parts = ["Session around squat", "Main, sets", "Back squat", "Written in", "Its second wind", "enriching"]
    parts += ["✓ Back squat", "• Back squat, cue 1", "Setup: ", "Volume analysis", "By muscle", "enriched after"]
    place = 0
    for part in parts:
        place = told.index(part, place)
    assert told.count(parts[0]) == 1  # the outline comes again with each block


def test_on_a_terminal_a_badge_and_a_bar_show_how_far_it_is(
    stack: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    coach(stack, "--minutes", "30", "--language", "fr", "--force-color")
    told = capsys.readouterr().out
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", told)
    assert re.search(r" (fast|enriching|enriched)  *━+.* \d+/\d+", plain)  # as far as it is when it is first drawn
    assert "Échauffement, circuit" in plain
    assert "Mise en place\u00a0: " in plain
    assert " enriched  after" in plain
    assert not re.search(r"\x1b\[[0-9;]*[34][0-7]m", told)


def test_the_bar_tells_how_many_of_how_many_while_it_is_enriching(client: Client) -> None:
    session = client.generate(coach="force", available_minutes=20)
    *_, over = events = list(client.follow(session.id))
    assert isinstance(over, EnrichmentOver)
    total = over.status.progress.total
    nothing = over.status.progress.model_copy(update={"enriched": 0})
    begun = over.status.model_copy(update={"status": "enriching", "progress": nothing})
    done = [event for event in events if isinstance(event, ExerciseEnriched)]
    drawn = StringIO()
    screen = Screen(Console(file=drawn, force_terminal=True, width=120), "en")
    screen.follow(session, [StatusChanged(number=None, status=begun), *done, over])
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn.getvalue())
    for number in range(1, len(done)):
        assert re.search(rf" enriching  *━.* {number}/{total}\b", plain)


def test_json_is_the_enriched_session_and_nothing_else(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    coach(stack, "--minutes", "20", "--json")
    session = json.loads(capsys.readouterr().out)
    assert session["enrichment_status"] == "enriched"
    assert all(exercise["details"] for block in session["prescription"]["blocks"] for exercise in block["exercises"])


def test_a_refusal_names_the_places(stack: Stack) -> None:
    with pytest.raises(CommandError, match="/available_minutes: At least 10") as refused:
        coach(stack, "--minutes", "5")
    assert refused.value.returncode == 1


def test_a_session_that_is_not_enriched_is_told_by_the_exit_code(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.model.script(Behaviour(about=details_with("left elbow"), refusal="I would rather not.", times=FOREVER))
    with pytest.raises(CommandError, match="failed: ") as told:
        coach(stack, "--minutes", "20", "--injury", "left elbow")
    assert told.value.returncode == 3
    assert "fast failed: " in capsys.readouterr().out


def test_without_a_token_it_says_how_to_make_one(settings: Settings, tmp_path: Path) -> None:
    settings.SECONDWIND_HOME = tmp_path
    with pytest.raises(CommandError, match="create_token USERNAME"):
        call_command("coach")


@pytest.mark.parametrize(
    ("url", "says"),
    [("http://127.0.0.1:9", "Nobody answers at http://127.0.0.1:9"), ("127.0.0.1:9", "begins with http://")],
)
def test_where_nobody_answers_it_says_so_at_once(url: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("coach", "--url", url, "--token", "sw_any")


def test_ctrl_c_leaves_and_the_session_stays(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / CREDENTIALS).write_text(json.dumps({"token": stack.token}))
    environment = {**os.environ, "SECONDWIND_HOME": str(tmp_path), "PORT": str(stack.port), "PYTHONUNBUFFERED": "1"}
    stack.model.script(Behaviour(about=details_with("left wrist"), hang=True, times=FOREVER))
    with Client(stack.url, token=stack.token) as client, (tmp_path / "told").open("wb") as told:
        command = [sys.executable, "manage.py", "coach", "--minutes", "20", "--injury", "left wrist"]
        process = subprocess.Popen(command, env=environment, stdout=told, stderr=told)
        eventually(lambda: "\nenriching" in (tmp_path / "told").read_text(), what="the enrichment")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        words = (tmp_path / "told").read_text()
        assert "Traceback" not in words
        session = re.search(rf"Interrupted. The session: {stack.url}/api/v1/sessions/(.+)/", words)
        assert session is not None
        assert client.status(session[1]).status == "enriching"
        client.delete(session[1])


def test_what_somebody_wrote_cannot_steer_the_terminal(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    exercise = {"name": "\x1b[2J[red]Squat\r[/red]", "sets": [{"reps": 5}]}
    imported = {"blocks": [{"role": "main", "format": "sets", "exercises": [exercise]}]}
    with Client(stack.url, token=stack.token) as client:
        Screen(Console(), "en").write(client.stream(coach="force", prescription=imported))
    told = capsys.readouterr().out
    assert "[2J[red]Squat" in told
    assert "\x1b" not in told
    assert "\r" not in told
