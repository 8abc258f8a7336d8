"""The endurance coach: not serving yet."""

from training.coaches.base import Profile


class EnduranceCoach(Profile):
    """Running, cycling, swimming and the mix of them."""

    slug = "endurance"
    disciplines = ("running", "cycling", "swimming", "triathlon", "cardio")
    equipment = ("treadmill", "bike", "indoor-trainer", "power-meter", "pool", "rower", "ski-erg", "heart-rate-monitor")
    formats = ("steady", "intervals", "sets", "circuit")
    analyses = ("zone_distribution", "tss_breakdown")
