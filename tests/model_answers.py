"""What the tests' model server says: right answers, made from the words of the question."""

import json
from collections import Counter
from typing import Any


def answer(schema: dict[str, Any], asked: str) -> dict[str, Any]:
    """An answer in the shape of a schema: an exercise's details, a coach's session, or the least that is valid."""
    first_asked = asked.partition("\n\nYou answered:")[0]
    for told_by, write in _WRITERS.items():
        if told_by in schema["properties"]:
            return write(json.loads(first_asked))
    least: dict[str, Any] = _least(schema, schema.get("$defs", {}))
    return least


def _details(case: dict[str, Any]) -> dict[str, Any]:
    name, level, language = case["exercise"], case["athlete_level"], case["language"]
    spared = "".join(f" Spare the {injury}." for injury in case.get("injuries", []))
    about = f"({language}, {level}, {case['coach']})"
    return {
        "coaching_cues_detailed": [f"{name}, cue {i} {about}.{spared}" for i in range(1, 4)],
        "common_mistakes": [f"{name}, mistake {i} {about}." for i in range(1, 3)],
        "progression_suggestions": {way: f"{name}, {way} {about}." for way in ("easier", "harder", "variation")},
        "technical_breakdown": {part: f"{name}, {part} {about}." for part in ("setup", "execution", "breathing")},
    }


def _force_session(case: dict[str, Any]) -> dict[str, Any]:
    """A session of one main lift and some accessories, out of the candidates `slug|pattern|measure|roles|muscles`."""
    rows = [candidate.split("|") for candidate in case["exercises"]]
    lifts = [row for row in rows if "main" in row[3].split("/") and row[2].startswith("reps")]
    warmed = {row[1] for row in rows if "warmup" in row[3].split("/")}
    lead = next((row for row in lifts if row[1] == "squat"), next((r for r in lifts if r[1] in warmed), lifts[0]))
    lesser, patterns, worked = [], {lead[1]}, Counter(lead[4].split("/"))
    for row in rows:
        muscles = row[4].split("/")
        new = row[1] not in patterns and all(worked[muscle] < 2 for muscle in muscles)
        if "accessory" in row[3].split("/") and row[2].startswith("reps") and new:
            lesser.append(row)
            patterns.add(row[1])
            worked.update(muscles)
    lesser.sort(key=lambda row: row[1] in ("isolation", "core"))  # compounds first
    dose, rpe = case["dose"], min(case["dose"]["rpe"], case["rpe_cap"])
    short = case["minutes"] < 20
    accessories = 0 if short else (case["minutes"] - 12) // 8
    return {
        "title": f"Session around {lead[1].replace('_', ' ')}",
        "rationale": f"Heavy {lead[1].replace('_', ' ')} first, the rest balances it.",
        "warmup": [_prepares(rows, "warmup", lead, not_in=[lead[0]])],
        "main": [_working(lead, 2 if short else dose["sets"], dose["reps"], int(rpe), dose["rest_seconds"])],
        "accessory": [_working(row, 3, 10, min(int(rpe), 7), 60) for row in lesser[:accessories]],
        "cooldown": [_prepares(rows, "cooldown", lead, not_in=[lead[0]])],
    }


def _working(row: list[str], sets: int, amount: int, rpe: int, rest: int) -> dict[str, Any]:
    return {"slug": row[0], "sets": sets, "amount": amount, "rpe": rpe, "rest": rest}


def _prepares(
    rows: list[list[str]], role: str, lead: list[str], *, not_in: list[str], at: tuple[int, int] = (1, 3)
) -> str:
    """A slug with that role, rather of the lead's pattern; `at` says where pattern and roles stand in a row."""
    pattern, roles = at
    fitting = [row for row in rows if role in row[roles].split("/") and row[0] not in not_in]
    return next((row[0] for row in fitting if row[pattern] == lead[1]), fitting[0][0])


def _endurance_session(case: dict[str, Any]) -> dict[str, Any]:
    """Easy, with some minutes a little harder where today allows them; what is swum is counted in metres."""
    rows = [candidate.split("|") for candidate in case["exercises"]]
    mains = [row for row in rows if "main" in row[3].split("/")] or rows  # at home there is only the spot
    lead = next((row for row in mains if {"warmup", "cooldown"} <= set(row[3].split("/"))), mains[0])
    swum, minutes = lead[2] == "metres", case["minutes"]
    warmup, cooldown = max(3, minutes // 6), max(3, minutes // 10)
    work = minutes - warmup - cooldown - 2
    hard = min(3, case["most_zone"])

    def step(minutes: float, zone: int, rest: int = 0) -> dict[str, Any]:
        amount = 25 * max(1, int(minutes * 40 // 25)) if swum else int(60 * minutes)
        return {"slug": lead[0], "amount": amount, "zone": zone, "rest": rest}

    rest = 20 if swum else 0
    pair = [step(2.5, hard, rest), step(1.25, 1, rest)]
    repeats = max(1, int(work * 0.4 // 4))
    return {
        "title": "Steady with a little spice",
        "rationale": "Mostly easy, a few minutes of work in the middle.",
        "warmup_minutes": warmup,
        "main": [
            {"repeats": repeats, "steps": pair},
            {"repeats": 1, "steps": [step(max(1, work - 4 * repeats - 1), min(2, case["most_zone"]))]},
        ],
        "cooldown_minutes": cooldown,
    }


def _functional_session(case: dict[str, Any]) -> dict[str, Any]:
    """A lift in straight sets, and rounds of a push, a squat and a run of something for as long as there is time."""
    rows = [candidate.split("|") for candidate in case["exercises"]]
    rpe, minutes = min(7, int(case["rpe_cap"])), case["minutes"]
    works = [row for row in rows if {"main", "conditioning"} & set(row[4].split("/"))]
    lifts = [row for row in works if row[1] == "w" and row[3] == "reps" and "main" in row[4].split("/")]
    lead = next((row for row in lifts if row[2] == "squat"), next(iter(lifts), None))
    with_lift = lead is not None and minutes >= 30
    chosen: list[list[str]] = []
    for kind in ("g", "m"):
        chosen += [row for row in works if row[1] == kind and row[3] in ("reps", "meters")][:2]
    measured = {"reps": 10, "reps per side": 6, "meters": 200, "calories": 10, "seconds": 30, "seconds per side": 20}
    strength = [{"slug": lead[0], "sets": 4, "amount": 5, "rpe": rpe, "rest": 120}] if lead and with_lift else []
    first = lead if lead and with_lift else chosen[0]
    return {
        "title": "Strong, then out of breath",
        "rationale": "A lift while fresh, then a mixed workout.",
        "warmup": [_prepares(rows, "warmup", [first[0], first[2]], not_in=[], at=(2, 4))],
        "strength": strength,
        "workouts": [
            {
                "format": "amrap",
                "minutes": max(4, int(minutes * (0.4 if with_lift else 0.65))),
                "rounds": 1,
                "rpe": rpe,
                "movements": [{"slug": row[0], "amounts": [measured[row[3]]]} for row in chosen],
            }
        ],
        "cooldown": [_prepares(rows, "cooldown", [first[0], first[2]], not_in=[], at=(2, 4))],
    }


def _calisthenics_session(case: dict[str, Any]) -> dict[str, Any]:
    """A pull and a push as main exercises, another of each and legs after them."""
    rows = [candidate.split("|") for candidate in case["exercises"]]
    steps = {slug for slug in case["steps"].values() if isinstance(slug, str)}
    rpe = min(8, int(case["rpe_cap"]))

    def choose(pattern: str, role: str, taken: list[str]) -> list[list[str]]:
        fitting = [
            row
            for row in rows
            if row[1].partition(" per side")[0].endswith(pattern) and role in row[3].split("/") and row[0] not in taken
        ]
        return sorted(fitting, key=lambda row: row[0] not in steps)[:1]

    minutes = case["minutes"]
    main = choose("pull", "main", []) + choose("push", "main", [])
    taken = [row[0] for row in main]
    rest = []
    for pattern in ("squat", "pull", "push", "hinge")[: max(0, (minutes - 15) // 8)]:
        more = choose(pattern, "accessory", taken)
        rest += more
        taken += [row[0] for row in more]
    lead = main[0] if main else rest[0]
    sets = 2 if minutes < 20 else 4

    def dose(row: list[str], sets: int) -> dict[str, Any]:
        standard = row[2].rpartition(" ")[2]
        held = standard.startswith("h") or row[2] == "seconds"
        amount = 20 if row[2] == "seconds" else max(3, int(standard[1:] or 8) // 2) if standard[1:].isdigit() else 8
        return {"slug": row[0], "sets": sets, "amount": amount if held else min(amount, 8), "rpe": rpe, "rest": 90}

    return {
        "title": "Pull and push",
        "rationale": "As much pulling as pushing, legs after.",
        "warmup": [_prepares(rows, "warmup", lead, not_in=[lead[0]], at=(1, 3))],
        "skill": [],
        "main": [dose(row, sets) for row in main or rest[:1]],
        "accessory": [dose(row, 3) for row in (rest if main else rest[1:])],
        "supersets": False,
        "finisher": None,
        "cooldown": [_prepares(rows, "cooldown", lead, not_in=[lead[0]], at=(1, 3))],
    }


def _competitions_session(case: dict[str, Any]) -> dict[str, Any]:
    """Intervals of a run and the first station that the athlete has, and easy work at the end."""
    rows = [candidate.split("|") for candidate in case["exercises"]]
    stations = [station.split("|") for station in case["stations"]]
    rpe, minutes = int(case["rpe"]), case["minutes"]
    run = next((row[0] for row in rows if row[0] == "run"), None)
    per_km = case["seconds_per_km"] or 330
    slug, amount, seconds = stations[0][0], float(stations[0][1].split()[0]) / 2, float(stations[0][2].split()[0]) / 2
    items = [{"slug": slug, "amount": int(amount), "rpe": rpe}]
    if run:
        items.insert(0, {"slug": run, "amount": 400, "rpe": rpe})
    rest = 60
    one_round = seconds + (0.4 * per_km if run else 0) + rest + 15
    work = 60 * minutes * 0.62
    rounds = max(1, min(10, int(work // one_round)))
    easy = [row for row in rows if row[1] == "cyclical"]
    blocks = [{"format": "intervals", "rounds": rounds, "rest": rest, "items": items}]
    left = int(work - rounds * one_round)
    if easy and left > 120:
        steady = {"slug": easy[0][0], "amount": left, "rpe": min(4, rpe)}
        blocks.append({"format": "steady", "rounds": 1, "rest": 0, "items": [steady]})
    lead = next((row for row in rows if row[0] == items[0]["slug"]), rows[0])
    return {
        "title": "Run and station",
        "rationale": "A run straight into a station, again and again.",
        "warmup": [_prepares(rows, "warmup", lead, not_in=[], at=(1, 3))],
        "blocks": blocks,
        "cooldown": [_prepares(rows, "cooldown", lead, not_in=[], at=(1, 3))],
    }


# By a word that only this draft's schema has.
_WRITERS = {
    "coaching_cues_detailed": _details,
    "warmup_minutes": _endurance_session,
    "workouts": _functional_session,
    "finisher": _calisthenics_session,
    "blocks": _competitions_session,
    "cooldown": _force_session,
}


def _least(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """The smallest value of a strict schema."""
    if "$ref" in schema:
        return _least(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _least(schema["anyOf"][0], definitions)
    match schema["type"]:
        case "object":
            return {name: _least(part, definitions) for name, part in schema["properties"].items()}
        case "array":
            return [_least(schema["items"], definitions) for _ in range(schema.get("minItems", 1))]
        case "string":
            return "word"
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return False
        case _:
            return None
