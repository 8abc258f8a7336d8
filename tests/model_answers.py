"""What the tests' model server says: right answers, made from the words of the question."""

import json
from typing import Any


def answer(schema: dict[str, Any], asked: str) -> dict[str, Any]:
    """An answer in the shape of a schema: an exercise's details, a force session, or the least that is valid."""
    first_asked = asked.partition("\n\nYou answered:")[0]
    if "coaching_cues_detailed" in schema["properties"]:
        return _details(json.loads(first_asked))
    if "cooldown" in schema["properties"]:
        return _force_session(json.loads(first_asked))
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
    lead = next((row for row in lifts if row[1] == "squat"), lifts[0])
    lesser, patterns = [], {lead[1]}
    for row in rows:
        if "accessory" in row[3].split("/") and row[2].startswith("reps") and row[1] not in patterns:
            lesser.append(row)
            patterns.add(row[1])
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


def _prepares(rows: list[list[str]], role: str, lead: list[str], *, not_in: list[str]) -> str:
    fitting = [row for row in rows if role in row[3].split("/") and row[0] not in not_in]
    return next((row[0] for row in fitting if row[1] == lead[1]), fitting[0][0])


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
