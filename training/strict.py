"""Pydantic models in the strict dialect of JSON schema that structured output speaks. Pure.

Pydantic emits what the dialect does not know without a word (defaults, `oneOf`, open dictionaries), and the provider
refuses the request only when it comes. So every keyword is either known here, dropped because our own validation keeps
it, or an error at once.
"""

from functools import cache
from typing import Any

from pydantic import BaseModel

_KEPT = frozenset(
    {
        "type", "enum", "description", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
        "multipleOf", "minItems", "maxItems",
    }
)  # fmt: skip
_NESTED = frozenset({"anyOf", "oneOf", "const", "items", "properties", "required", "additionalProperties"})
# What the dialect has no word for, but pydantic holds the answer to all the same.
_DROPPED = frozenset({"title", "default", "examples", "minLength", "maxLength", "discriminator"})


@cache
def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model: every property required, no other allowed, no defaults, unions as `anyOf`.

    Raises TypeError for what strict mode cannot say: open dictionaries, tuples, sets, a root that is no object.
    """
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    if "$ref" in schema:  # a model that holds itself
        schema = definitions[schema["$ref"].removeprefix("#/$defs/")]
    strict = _strict(schema, model.__name__)
    if strict.get("type") != "object":
        raise TypeError(f"{model.__name__}: the root of a strict schema is an object")
    if definitions:
        strict["$defs"] = {name: _strict(part, name) for name, part in definitions.items()}
    return strict


def _strict(schema: dict[str, Any], place: str) -> dict[str, Any]:
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}  # nothing may stand beside a reference
    unknown = schema.keys() - _KEPT - _DROPPED - _NESTED
    if unknown:
        raise TypeError(f"{place}: strict mode does not know {', '.join(sorted(unknown))}")
    strict = {word: value for word, value in schema.items() if word in _KEPT}
    if "const" in schema:
        strict["enum"] = [schema["const"]]
    if variants := schema.get("anyOf", schema.get("oneOf")):
        strict["anyOf"] = [_strict(variant, place) for variant in variants]
    if strict.get("type") == "object":
        return {**strict, **_object(schema, place)}
    if strict.get("type") == "array":
        if "items" not in schema:
            raise TypeError(f"{place}: strict mode knows no arrays without a shape for their items")
        strict["items"] = _strict(schema["items"], place)
    if not strict.keys() & {"type", "anyOf", "enum"}:
        raise TypeError(f"{place}: strict mode needs a type")
    return strict


def _object(schema: dict[str, Any], place: str) -> dict[str, Any]:
    properties = schema.get("properties", {})
    if schema.get("additionalProperties", False) or not properties:
        raise TypeError(f"{place}: strict mode knows no open dictionaries")
    return {
        "properties": {name: _strict(part, f"{place}.{name}") for name, part in properties.items()},
        "required": list(properties),
        "additionalProperties": False,
    }
