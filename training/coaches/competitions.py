"""The competitions coach: not serving yet."""

from training.coaches.base import Profile


class CompetitionsCoach(Profile):
    """HYROX and DEKA: races of running and stations."""

    slug = "competitions"
    disciplines = ("hyrox", "deka-fit", "deka-mile", "deka-strong")
    equipment = (
        "treadmill", "ski-erg", "rower", "air-bike", "sled", "kettlebell", "dumbbell", "sandbag", "medicine-ball",
        "box",
    )  # fmt: skip
    formats = ("race", "intervals", "circuit", "for_time", "steady", "sets")
    analyses = ("station_timing", "transition_strategy")
