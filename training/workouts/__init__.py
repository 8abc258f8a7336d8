"""Workouts everybody knows by name, and how a workout is scaled, as data with their loader. Pure.

`benchmarks.yaml` holds the named workouts as they are prescribed, `scaling.yaml` what stands in for their movements.
"""

from training.workouts.benchmarks import BENCHMARKS, Benchmark, Movement
from training.workouts.scaling import SCALES, Scale, Step, step_of

__all__ = ["BENCHMARKS", "SCALES", "Benchmark", "Movement", "Scale", "Step", "step_of"]
