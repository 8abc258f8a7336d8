"""What is told of a session while it grows, and that the keys stay whatever becomes of it."""

from typing import Any
from uuid import UUID

from training.prescription import Block, PrescribedExercise, Prescription, Role, Set
from training.unfolding import Unfolding


class Ear:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.unfolding = Unfolding(UUID(int=1), lambda name, data: self.heard.append((name, data)))

    def show(self, *blocks: Block) -> list[tuple[str, list[str]]]:
        """The keys under which it was shown."""
        shown = self.unfolding.show(Prescription(title="A day", blocks=list(blocks)))
        return [(block.key, [exercise.key for exercise in block.exercises]) for block in shown.blocks]

    def told(self) -> list[str]:
        """In short what was heard since last asked."""
        short = [data["exercise"]["key"] if name == "exercise" else name for name, data in self.heard]
        self.heard.clear()
        return short


def block(role: Role, *slugs: str) -> Block:
    exercises = [PrescribedExercise(exercise=slug, sets=[Set(reps=5)]) for slug in slugs]
    return Block(role=role, format="sets", exercises=exercises)


def test_only_what_is_new_is_told_and_an_outline_where_a_block_is() -> None:
    ear = Ear()
    ear.show(block("warmup", "air-squat"), block("main", "back-squat"))
    assert ear.told() == ["outline", "b1e1", "b2e1"]
    ear.show(block("warmup", "air-squat"), block("main", "back-squat", "bench-press"))
    assert ear.told() == ["b2e2"]
    ear.show(block("warmup", "air-squat"), block("main", "back-squat", "bench-press"), block("accessory", "plank"))
    assert ear.told() == ["outline", "b3e1"]


def test_what_stays_keeps_its_key_what_goes_takes_it_along_and_what_comes_gets_a_new_one() -> None:
    ear = Ear()
    ear.show(block("warmup", "air-squat"), block("main", "back-squat", "bench-press"))
    assert ear.show(
        block("warmup", "air-squat"), block("skill", "handstand"), block("main", "deadlift", "bench-press")
    ) == [("b1", ["b1e1"]), ("b3", ["b3e1"]), ("b2", ["b2e3", "b2e2"])]
    assert ear.show(block("main", "back-squat")) == [("b2", ["b2e1"])], "it is the one that went"
    assert ear.show(block("main", "front-squat")) == [("b4", ["b4e1"])], "a key is never given twice"


def test_an_exercise_that_moves_to_another_block_keeps_its_key() -> None:
    ear = Ear()
    ear.show(block("main", "pull-up", "dip", "row"))
    assert ear.show(block("main", "pull-up"), block("main", "dip"), block("accessory", "row")) == [
        ("b1", ["b1e1"]),
        ("b2", ["b1e2"]),
        ("b3", ["b1e3"]),
    ]


def test_the_same_exercise_twice_has_two_keys_in_their_order() -> None:
    ear = Ear()
    ear.show(block("main", "run", "sled-push", "run"))
    assert ear.show(block("warmup", "run"), block("main", "run", "sled-push", "run", "run")) == [
        ("b2", ["b2e1"]),
        ("b1", ["b1e1", "b1e2", "b1e3", "b1e4"]),
    ]


def test_a_notice_says_whether_something_of_the_models_stays() -> None:
    ear = Ear()
    ear.unfolding.notice("deadline", "en")
    assert ear.heard.pop() == (
        "notice",
        {"code": "deadline", "detail": "The model was too slow. The built-in coach writes your session."},
    )
    ear.show(block("main", "run"))
    ear.unfolding.notice("refused", "fr")
    assert ear.heard.pop()[1]["detail"] == "Le modèle a refusé de répondre. Le coach intégré prend la suite."
