"""The force coach: strength, powerlifting, bodybuilding and strongman."""

from training.coaches.base import Profile


class ForceCoach(Profile):
    """Strength with external loads, and with the body where there are none."""

    slug = "force"
    disciplines = ("strength", "powerlifting", "bodybuilding", "strongman")
    equipment = ("barbell", "rack", "bench", "dumbbell", "kettlebell", "cable", "pull-up-bar", "dip-bars", "sled")
    formats = ("sets", "superset", "circuit")
    analyses = ("volume_analysis", "intensity_distribution")
