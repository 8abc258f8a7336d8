"""Rows for tests: valid as they are, every field can be overridden."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from training.models import Source, TrainingSession

PASSWORD = "correct horse battery staple"
PASSWORD_HASH = make_password(PASSWORD)  # once: a hash is slow on purpose


def force_prescription() -> dict[str, Any]:
    """A small, valid prescription of the force coach: two exercises of the catalogue in two blocks."""
    return {
        "title": "Lower strength",
        "focus": ["squat"],
        "expected_rpe": 8,
        "duration_minutes": 30,
        "blocks": [
            {
                "key": "b1",
                "role": "main",
                "format": "sets",
                "exercises": [
                    {
                        "key": "b1e1",
                        "exercise": "back-squat",
                        "name": "Back squat",
                        "sets": [{"kind": "working", "reps": 5, "load_kg": 100, "rest_seconds": 180}] * 3,
                    }
                ],
            },
            {
                "key": "b2",
                "role": "accessory",
                "format": "sets",
                "exercises": [
                    {
                        "key": "b2e1",
                        "exercise": "romanian-deadlift",
                        "name": "Romanian deadlift",
                        "sets": [{"kind": "working", "reps": 8, "load_kg": 80, "rest_seconds": 120}] * 2,
                    }
                ],
            },
        ],
    }


class UserFactory(DjangoModelFactory[User]):
    """An athlete with the password PASSWORD."""

    class Meta:
        model = User

    username = Sequence(lambda n: f"athlete{n}")
    password = PASSWORD_HASH


class TrainingSessionFactory(DjangoModelFactory[TrainingSession]):
    """A fast session of the force coach, made by the built-in coach."""

    class Meta:
        model = TrainingSession

    owner = SubFactory(UserFactory)
    coach = "force"
    discipline = "strength"
    source = Source.BUILTIN
    request = LazyAttribute(
        lambda session: {"coach": session.coach, "discipline": session.discipline, "priority": session.priority}
    )
    prescription = LazyFunction(force_prescription)
    priority = 5
