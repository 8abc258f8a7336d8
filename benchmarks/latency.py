"""How long an athlete waits: Second Wind, one long call that writes everything, and exercises one after another.

    .venv/bin/python benchmarks/latency.py [--rounds 2]

A model's server of our own (650 ms to the first token, 105 tokens a second, both by chance up to 20 % more or less; a
token is four characters) answers all three with the same texts: the session as the model drafts it, and of each
exercise the catalogue's own details. Side by side, session by session, in one run on this machine:

- Second Wind: POST sessions/ as an event stream, then the live stream of its enrichment, by one worker;
- one long call: the whole session with every exercise's details in one streamed answer, read as it comes;
- one after another: the same draft in one call, then a call an exercise, each awaited.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import get_args

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx2
import ijson

from benchmarks.home import Home, home  # started by its path, Python looks for modules beside the file
from secondwind_client import Client, ExerciseWritten, SessionReady
from tests import model_answers
from tests.model_server import TOKEN_CHARACTERS, Behaviour, ModelServer, Request
from training.request import Level

FIRST_TOKEN_SECONDS, TOKENS_PER_SECOND, JITTER = 0.65, 105, 0.2
COACHES = ("force", "endurance", "functional", "calisthenics", "competitions")
LEVELS: tuple[Level, ...] = get_args(Level)
MINUTES = 45
SAY_THIS = "Say this."  # the instructions of the one long call, whose answer stands in its question
MILESTONES = ("first exercise", "usable session", "enriched")
Times = tuple[float, float, float]  # seconds to each milestone


class PacedServer(ModelServer):
    """Answers as fast as a real model writes, streamed or in one piece."""

    def taken(self, request: Request) -> Behaviour:
        super().taken(request)
        text = answer(request)
        streamed = bool(request.body.get("stream"))
        whole = FIRST_TOKEN_SECONDS + len(text) / TOKEN_CHARACTERS / TOKENS_PER_SECOND
        return Behaviour(
            text=text,
            delay_seconds=0 if streamed else whole * random.uniform(1 - JITTER, 1 + JITTER),
            first_token_seconds=FIRST_TOKEN_SECONDS,
            tokens_per_second=TOKENS_PER_SECOND,
            jitter=JITTER,
        )


def answer(request: Request) -> str:
    """What the model says: a draft, an exercise's details as the catalogue has them, or all of it in one piece."""
    if request.instructions == SAY_THIS:
        return request.input
    if "coaching_cues_detailed" in request.schema["properties"]:
        return json.dumps(json.loads(request.input)["catalogue"], ensure_ascii=False)
    return json.dumps(model_answers.answer(request.schema, request.input), ensure_ascii=False)


def second_wind(client: Client, coach: str, level: Level) -> Times:
    """Asked as a page asks: the stream of the session, then that of its enrichment."""
    started = time.monotonic()
    first = usable = 0.0
    session = ""
    for event in client.stream(coach=coach, available_minutes=MINUTES, athlete={"level": level}):
        if isinstance(event, ExerciseWritten) and not first:
            first = time.monotonic() - started
        elif isinstance(event, SessionReady):
            usable, session = time.monotonic() - started, str(event.session.id)
            if event.session.source != "llm":
                raise SystemExit(f"Not the model's session: {event.session.fallback_reason}.")
    for _ in client.follow(session):
        pass
    return first, usable, time.monotonic() - started


def one_after_another(model: httpx2.Client, asked: list[Request]) -> Times:
    """The same calls that Second Wind made of the model, each after the one before has ended."""
    started = time.monotonic()
    drafted = 0.0
    for request in asked:
        model.post(request.path, json={**request.body, "stream": False}).raise_for_status()
        drafted = drafted or time.monotonic() - started  # the first of them
    return drafted, drafted, time.monotonic() - started


def one_long_call(model: httpx2.Client, asked: list[Request]) -> Times:
    """Everything in one streamed answer: an exercise is there when its details are."""
    drafts = [request for request in asked if "coaching_cues_detailed" not in request.schema["properties"]]
    told = [json.loads(answer(request)) for request in asked if request not in drafts]
    # The exercises first: of what is written last nothing can be shown before the end.
    whole = json.dumps({"exercises": told, **json.loads(answer(drafts[0]))}, ensure_ascii=False)
    body = {**drafts[0].body, "instructions": SAY_THIS, "input": whole, "stream": True}
    closed: list[float] = []
    events = ijson.sendable_list()
    parser = ijson.items_coro(events, "exercises.item")
    started = time.monotonic()
    with model.stream("POST", drafts[0].path, json=body) as response:
        for line in response.iter_lines():
            if line.startswith("data: ") and (delta := json.loads(line[6:]).get("delta")):
                parser.send(str(delta).encode())
                closed += [time.monotonic() - started] * len(events)
                del events[:]
    ended = time.monotonic() - started
    return closed[0], ended, ended


def row(name: str, *cells: str) -> None:
    """A line of the table."""
    print(f"{name:<28}" + "".join(f"{cell:>22}" for cell in cells), flush=True)  # noqa: T201


def median(times: list[Times], milestone: int) -> float:
    """Of the sessions of one way."""
    return statistics.median(each[milestone] for each in times)


def run(at: Home, server: PacedServer, rounds: int) -> None:
    """Every coach at another level each round, so that no session finds its details in the library."""
    at.environment |= {"OPENAI_API_KEY": "sk-benchmark", "OPENAI_BASE_URL": server.url, "OPENAI_API": "responses"}
    at.run("manage.py", "demo_users")
    token = at.run("manage.py", "create_token", "athlete").strip()
    _, port = at.web()
    at.start("worker", "celery", "-A", "config", "worker", "-Q", "enrichment,maintenance", "-n", "one@%h")
    times: dict[str, list[Times]] = {"Second Wind": [], "one long call": [], "one after another": []}
    exercises: list[int] = []
    with (
        Client(f"http://127.0.0.1:{port}", token=token) as client,
        httpx2.Client(base_url=server.url.removesuffix("/v1"), timeout=600) as model,
    ):
        ways: dict[str, Callable[[list[Request]], Times]] = {
            "one long call": lambda asked: one_long_call(model, asked),
            "one after another": lambda asked: one_after_another(model, asked),
        }
        for level in LEVELS[:rounds]:
            for coach in COACHES:
                del server.requests[:]
                times["Second Wind"].append(second_wind(client, coach, level))
                asked = [*server.requests]
                exercises.append(len(asked) - 1)
                for name, way in ways.items():
                    times[name].append(way(asked))
                row(
                    f"{coach}, {level}",
                    *(f"{t[-1][0]:.1f} / {t[-1][1]:.1f} / {t[-1][2]:.1f} s" for t in times.values()),
                )
    print()  # noqa: T201
    row(f"median of {len(exercises)} sessions", *times)
    for place, milestone in enumerate(MILESTONES):
        ours = median(times["Second Wind"], place)
        others = [f"{median(t, place):.1f} s  x {median(t, place) / ours:.1f}" for t in [*times.values()][1:]]
        row(milestone, f"{ours:.1f} s", *others)
    row("details a session", f"{statistics.median(exercises):.0f}")


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, choices=range(1, len(LEVELS) + 1), default=1)
    rounds = parser.parse_args().rounds
    row("to first exercise / usable / enriched", "Second Wind", "one long call", "one after another")
    with PacedServer.running() as server, home() as at:
        run(at, server, rounds)


if __name__ == "__main__":
    main()
