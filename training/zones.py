"""Intensity zones: where the zones of a sport end, as fractions of threshold power or speed. Pure."""

from bisect import bisect_left
from dataclasses import dataclass

from training.prescription import Sport


@dataclass(frozen=True)
class ZoneSystem:
    """Zones 1 to n over intensity, the fraction of threshold. A zone ends with its bound; the last one has no end."""

    name: str
    upper_bounds: tuple[float, ...]

    @property
    def last(self) -> int:
        """The number of the hardest zone."""
        return len(self.upper_bounds) + 1

    def zone(self, intensity: float) -> int:
        """The zone of an intensity; one that equals a bound belongs to the lower zone."""
        return bisect_left(self.upper_bounds, intensity) + 1


# Allen, Coggan & McGregor, Training and Racing with a Power Meter: fractions of functional threshold power.
CYCLING_POWER = ZoneSystem("Coggan power zones", (0.55, 0.75, 0.90, 1.05, 1.20, 1.50))
# Friel, from threshold pace: fractions of threshold speed. The same bounds on critical swim speed, and wherever else
# zones are used, by convention.
THRESHOLD_SPEED = ZoneSystem("Friel speed zones", (0.775, 0.877, 0.943, 1.01))


def system(discipline: str | None, sport: Sport | None) -> ZoneSystem:
    """The zones of a step. Its sport is the discipline; where that holds several sports, its exercise's."""
    if discipline in {"running", "swimming"}:
        return THRESHOLD_SPEED
    return CYCLING_POWER if discipline == "cycling" or sport == "bike" else THRESHOLD_SPEED
