"""Every coach's analyses in pictures: SVG drawn here, and the same in words beside it.

A coach's pictures are one file; which analysis is drawn by what stands in `PICTURES`. Pure but for `figures`, which
reads the session's exercises.
"""

from collections.abc import Callable
from typing import Any, Final

from training.exports.workout import Workout
from training.files import workout
from training.models import TrainingSession
from web.charts import calisthenics, competitions, endurance, force, functional
from web.charts.figure import Figure

__all__ = ["PICTURES", "Figure", "drawn", "figures"]

# By an analysis' name in the API; on the page in this order.
PICTURES: Final[dict[str, tuple[Callable[[dict[str, Any], Workout], Figure], ...]]] = {
    "volume_analysis": (force.muscles,),
    "intensity_distribution": (force.intensity,),
    "zone_distribution": (endurance.profile, endurance.zones),
    "tss_breakdown": (endurance.load,),
    "modal_balance": (functional.modalities,),
    "scaling_guidance": (functional.scaling,),
    "skill_progression_path": (calisthenics.ladders,),
    "push_pull_ratio": (calisthenics.push_pull,),
    "station_timing": (competitions.timeline,),
    "transition_strategy": (competitions.transitions,),
}


def figures(session: TrainingSession) -> list[Figure]:
    """The pictures of a session in its own language; none before its analysis is there."""
    return drawn(workout(session)) if session.analysis else []


def drawn(workout: Workout) -> list[Figure]:
    """The pictures of a workout's analysis."""
    analysis = workout.analysis or {}
    return [
        picture(analysis[name], workout) for name, drawn in PICTURES.items() if name in analysis for picture in drawn
    ]
