"""Pydantic models in the strict dialect of structured output."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from training.coaches import REGISTRY
from training.details import ExerciseDetails
from training.strict import strict_schema

WORDS = {
    "type", "enum", "description", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "minItems", "maxItems", "properties", "required", "additionalProperties", "items", "anyOf", "$ref",
    "$defs",
}  # fmt: skip


class Leaf(BaseModel):
    """Something small."""

    kind: Literal["leaf"]
    size: Annotated[int, Field(ge=1, le=9)] | None = None


class Twig(BaseModel):
    kind: Literal["twig"]
    name: Annotated[str, Field(max_length=5, pattern="^[a-z]+$")] = "oak"
    parts: list["Part"]


Part = Annotated[Leaf | Twig, Field(discriminator="kind")]


class Tree(BaseModel):
    crown: Annotated[list[Part], Field(min_length=1)]
    leaf: Annotated[Leaf, Field(description="beside a reference")]
    tall: bool = True


def violations(schema: Any, place: str = "") -> list[str]:
    """Every place of a schema that strict mode would refuse."""
    if not isinstance(schema, dict):
        return [f"{place}: not a schema"]
    found = [f"{place}: {word}" for word in schema.keys() - WORDS]
    if "$ref" in schema and len(schema) > 1:
        found.append(f"{place}: something beside a reference")
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            found.append(f"{place}: open")
        if schema.get("required") != list(schema.get("properties", {})):
            found.append(f"{place}: not all are required")
    children = {**schema.get("properties", {}), **schema.get("$defs", {}), **dict(enumerate(schema.get("anyOf", [])))}
    if "items" in schema:
        children["items"] = schema["items"]
    for name, child in children.items():
        found.extend(violations(child, f"{place}/{name}"))
    return found


SHAPES = [Tree, ExerciseDetails, *(coach.draft for coach in REGISTRY.values())]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_shape_that_a_model_answers_in_is_strict(shape: type[BaseModel]) -> None:
    schema = strict_schema(shape)
    assert schema["type"] == "object"
    assert violations(schema) == []


def test_the_walk_finds_what_strict_mode_refuses() -> None:
    assert violations(Tree.model_json_schema())  # as pydantic writes it


def test_bounds_and_unions_survive() -> None:
    schema = strict_schema(Tree)
    assert schema["properties"]["crown"]["items"]["anyOf"] == [{"$ref": "#/$defs/Leaf"}, {"$ref": "#/$defs/Twig"}]
    assert schema["properties"]["crown"]["minItems"] == 1
    assert schema["properties"]["leaf"] == {"$ref": "#/$defs/Leaf"}
    leaf = schema["$defs"]["Leaf"]["properties"]
    assert leaf["kind"] == {"type": "string", "enum": ["leaf"]}
    assert leaf["size"] == {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9}, {"type": "null"}]}
    assert schema["$defs"]["Twig"]["properties"]["name"] == {"type": "string", "pattern": "^[a-z]+$"}


@pytest.mark.parametrize(
    "field",
    [dict[str, int], tuple[int, str], set[str], list[Any], Any],
    ids=["open dictionary", "tuple", "set", "list of anything", "anything"],
)
def test_what_strict_mode_cannot_say_is_an_error_at_once(field: Any) -> None:
    shape = type("Shape", (BaseModel,), {"__annotations__": {"field": field}})
    with pytest.raises(TypeError, match=r"Shape\.field: strict mode"):
        strict_schema(shape)
