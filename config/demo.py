"""The main job before your eyes: one session, and each exercise's enrichment as it lands. Speaks HTTP, no Django."""

import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

CREDENTIALS = "demo.json"  # in SECONDWIND_HOME
REQUEST = {
    "coach": "force",
    "goal": "A stronger squat",
    "available_minutes": 45,
    "energy_level": 7,
    "location": "gym",
    "athlete": {"level": "intermediate", "one_rep_max_kg": {"back-squat": 120}},
}
POLL_SECONDS = 0.1
TIMEOUT_SECONDS = 60  # longer than FAST_DEADLINE_SECONDS: a model may take its time
PATIENCE_SECONDS = 30  # web may be started again while we ask
FINAL = {"completed", "failed", "cancelled"}


@dataclass(frozen=True)
class Credentials:
    """The demo users' passwords (None: changed by somebody) and the athlete's token, as kept in the home."""

    passwords: dict[str, str | None] = field(default_factory=dict)
    token: str | None = None

    @classmethod
    def read(cls, path: Path) -> "Credentials":
        """What an earlier start kept; empty where there was none."""
        try:
            return cls(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            return cls()


class Api:
    """The HTTP API as a caller sees it."""

    def __init__(self, address: str, token: str | None = None) -> None:
        self.address = address
        self.token = token

    def get(self, path: str) -> dict[str, Any]:
        """The JSON of a GET; web being away for a moment is waited out. Raises OSError."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._call(path)
            except urllib.error.HTTPError:
                raise
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(POLL_SECONDS)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The JSON that answers a POST. Raises OSError."""
        return self._call(path, json.dumps(body).encode())

    def readiness(self) -> dict[str, str]:
        """The body of /readyz; {"web": "down"} while nobody answers."""
        try:
            return self._call("/readyz")
        except urllib.error.HTTPError as error:  # 503 says what is missing
            return dict(json.loads(error.read() or b"{}"))
        except (OSError, ValueError):
            return {"web": "down"}

    def _call(self, path: str, data: bytes | None = None) -> dict[str, Any]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.address + path, data=data, headers=headers)  # noqa: S310  (http, ours)
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return dict(json.load(answer))


def show(api: Api, console: Console, stopping: threading.Event) -> None:
    """Ask the coach for a session and follow its enrichment to the end. Raises OSError."""
    console.rule("One session, before your eyes")
    asked = time.monotonic()
    session = api.post("/api/v1/sessions/", REQUEST)
    _show_session(session, console, time.monotonic() - asked)
    _follow(api, session, console, stopping)


def _show_session(session: dict[str, Any], console: Console, seconds: float) -> None:
    prescription = session["prescription"]
    author = session["model"] or {"builtin": "the built-in coach"}.get(session["source"], session["source"])
    console.print(f"[bold]{prescription['title']}[/bold], answered in {seconds:.2f} s by {author}", soft_wrap=True)
    for block in prescription["blocks"]:
        for exercise in block["exercises"]:
            console.print(f"  {block['role']:<12} {exercise['name']:<32} {_dose(exercise['sets'])}", soft_wrap=True)


def _dose(sets: list[dict[str, Any]]) -> str:
    """`3 x 5 at 100 kg`, from the last set: the ones before may be warm-ups."""
    last = sets[-1]
    measures = {"reps": "", "duration_seconds": " s", "distance_meters": " m", "calories": " kcal"}
    amount = next((f"{last[key]:g}{unit}" for key, unit in measures.items() if last.get(key)), "?")
    load = f" at {last['load_kg']:g} kg" if last.get("load_kg") else ""
    return f"{len(sets)} x {amount}{load}"


def _follow(api: Api, session: dict[str, Any], console: Console, stopping: threading.Event) -> None:
    """The status changes and every exercise's details, with the seconds since the item was queued."""
    path = f"/api/v1/sessions/{session['id']}/"
    queued = time.monotonic()
    console.print("Its second wind, in seconds since it was queued:")
    columns = (TextColumn("enrichment"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("enrichment", total=None)
        status = ""
        landed: set[str] = set()
        while not stopping.wait(POLL_SECONDS):
            enrichment = api.get(f"{path}enrichment/")
            seconds = time.monotonic() - queued
            progress.update(bar, total=enrichment["progress"]["total"], completed=enrichment["progress"]["enriched"])
            final = enrichment["item"]["status"] in FINAL
            now = f"  {seconds:6.2f} s  [bold]{enrichment['status']}[/bold] (item {enrichment['item']['status']})"
            if enrichment["status"] != status and not final:
                console.print(now, soft_wrap=True)
                status = enrichment["status"]
            if enrichment["progress"]["enriched"] > len(landed) or final:
                _show_landed(api.get(path), landed, console, seconds)
            if final:
                console.print(now, soft_wrap=True)
                break
    if enrichment["item"]["error_message"]:
        console.print(f"  [red]{enrichment['item']['error_message']}[/red]", soft_wrap=True)


def _show_landed(session: dict[str, Any], landed: set[str], console: Console, seconds: float) -> None:
    for block in session["prescription"]["blocks"]:
        for exercise in block["exercises"]:
            details = exercise["details"]
            if details is not None and exercise["key"] not in landed:
                landed.add(exercise["key"])
                cue = details["coaching_cues_detailed"][0]
                console.print(f"  {seconds:6.2f} s  {exercise['name']:<32} ({details['source']}) {cue}", soft_wrap=True)
