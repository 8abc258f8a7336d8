"""The calisthenics coach: not serving yet."""

from training.coaches.base import Profile


class CalisthenicsCoach(Profile):
    """Skills and strength with the own body, weighted too."""

    slug = "calisthenics"
    disciplines = ("calisthenics", "street-workout", "streetlifting", "freestyle")
    equipment = ("pull-up-bar", "dip-bars", "rings", "parallettes", "wall", "band", "weight-belt", "bench")
    formats = ("sets", "superset", "circuit", "emom", "ladder")
    analyses = ("skill_progression_path", "push_pull_ratio")
