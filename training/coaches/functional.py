"""The functional coach: not serving yet."""

from training.coaches.base import Profile


class FunctionalCoach(Profile):
    """CrossFit, HIIT, functional training and circuits."""

    slug = "functional"
    disciplines = ("crossfit", "hiit", "functional", "circuit")
    equipment = (
        "barbell", "rack", "dumbbell", "kettlebell", "medicine-ball", "box", "pull-up-bar", "rings", "rope",
        "jump-rope", "rower", "air-bike", "ski-erg", "sandbag",
    )  # fmt: skip
    formats = ("amrap", "emom", "for_time", "tabata", "chipper", "ladder", "circuit", "intervals", "sets")
    analyses = ("modal_balance", "scaling_guidance")
