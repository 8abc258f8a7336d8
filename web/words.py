"""The page's words for what the API names by slugs, in the reader's language."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from training.prescription import Format, Role

Words = dict[str, Promise]


@dataclass(frozen=True)
class Coach:
    """How a coach presents itself."""

    name: Promise
    line: Promise


COACHES: Final[dict[str, Coach]] = {
    "force": Coach(_("Strength"), _("Heavier, cleaner, one plate at a time.")),
    "endurance": Coach(_("Endurance"), _("Go far, know your zones, finish strong.")),
    "functional": Coach(_("Functional"), _("A bit of everything, and the clock is running.")),
    "calisthenics": Coach(_("Calisthenics"), _("Your body, a bar, and the next step of the skill.")),
    "competitions": Coach(_("Competitions"), _("HYROX and DEKA: stations, running, race day.")),
}

DISCIPLINES: Final[Words] = {
    "strength": _("General strength"),
    "powerlifting": _("Powerlifting"),
    "bodybuilding": _("Bodybuilding"),
    "strongman": _("Strongman"),
    "running": _("Running"),
    "cycling": _("Cycling"),
    "swimming": _("Swimming"),
    "triathlon": _("Triathlon"),
    "cardio": _("Cardio"),
    "crossfit": _("CrossFit"),
    "hiit": _("HIIT"),
    "functional": _("Functional training"),
    "circuit": _("Circuit"),
    "calisthenics": _("Calisthenics"),
    "street-workout": _("Street workout"),
    "streetlifting": _("Streetlifting"),
    "freestyle": _("Freestyle"),
    "hyrox": _("HYROX"),
    "deka-fit": _("DEKA FIT"),
    "deka-mile": _("DEKA MILE"),
    "deka-strong": _("DEKA STRONG"),
}

EQUIPMENT: Final[Words] = {
    "ab-wheel": _("Ab wheel"),
    "air-bike": _("Air bike"),
    "barbell": _("Barbell"),
    "bench": _("Bench"),
    "bike": _("Bike"),
    "box": _("Box"),
    "cable-machine": _("Cable machine"),
    "climbing-rope": _("Climbing rope"),
    "dead-ball": _("Dead ball"),
    "dip-bars": _("Dip bars"),
    "dumbbell": _("Dumbbells"),
    "elliptical": _("Elliptical trainer"),
    "ghd-bench": _("GHD bench"),
    "indoor-trainer": _("Indoor bike"),
    "jump-rope": _("Jump rope"),
    "kettlebell": _("Kettlebells"),
    "kickboard": _("Kickboard"),
    "lat-pulldown-machine": _("Lat pulldown"),
    "leg-curl-machine": _("Leg curl"),
    "leg-extension-machine": _("Leg extension"),
    "leg-press-machine": _("Leg press"),
    "medicine-ball": _("Medicine ball"),
    "open-water": _("Open water"),
    "parallettes": _("Parallettes"),
    "pool": _("Pool"),
    "pull-buoy": _("Pull buoy"),
    "pull-up-bar": _("Pull-up bar"),
    "rack": _("Rack"),
    "resistance-band": _("Resistance bands"),
    "rings": _("Rings"),
    "rower": _("Rowing machine"),
    "sandbag": _("Sandbag"),
    "ski-erg": _("SkiErg"),
    "sled": _("Sled"),
    "smith-machine": _("Smith machine"),
    "stair-climber": _("Stair climber"),
    "treadmill": _("Treadmill"),
    "vertical-pole": _("Vertical pole"),
    "weight-belt": _("Weight belt"),
    "weight-plate": _("Weight plates"),
    "weight-vest": _("Weight vest"),
}

LOCATIONS: Final[Words] = {"gym": _("In a gym"), "home": _("At home"), "outdoor": _("Outdoors")}
LEVELS: Final[Words] = {
    "beginner": _("Beginner"),
    "intermediate": _("Intermediate"),
    "advanced": _("Advanced"),
}

ROLES: Final[dict[Role, Promise]] = {
    "warmup": _("Warm-up"),
    "skill": _("Skill work"),
    "main": _("Main work"),
    "accessory": _("Accessory work"),
    "conditioning": _("Conditioning"),
    "cooldown": _("Cool-down"),
}

# How a block goes, for somebody who has never heard its format's name.
FORMATS: Final[dict[Format, Promise]] = {
    "sets": _("Finish all sets of an exercise, then go on to the next."),
    "superset": _("Take turns: a set of each, then start again."),
    "circuit": _("One exercise after the other, then start again."),
    "intervals": _("In this order, work and recovery in turn."),
    "steady": _("In this order, at an even effort."),
    "amrap": _("AMRAP: as many rounds as you can before time is up."),
    "emom": _("EMOM: start each time the interval begins; what is left of it is your rest."),
    "for_time": _("For time: as fast as good form allows."),
    "tabata": _("Tabata: 20 s flat out, 10 s of rest, 8 times each."),
    "chipper": _("Chipper: finish all of an exercise before the next, as fast as good form allows."),
    "ladder": _("Ladder: a step of each exercise, then the next step."),
    "race": _("In this order, as on race day."),
}

CHECKS: Final[Words] = {
    "time_budget": _("Your time"),
    "equipment": _("Your equipment"),
    "avoided": _("What you avoid"),
    "injuries": _("Your injuries"),
    "level": _("Your level"),
    "sets": _("Sets that can be done"),
    "loads": _("Loads that exist"),
    "ramp": _("Lighter sets before heavy ones"),
    "dose": _("The right dose"),
    "warmup": _("A warm-up that prepares"),
    "cooldown": _("A cool-down"),
    "words": _("Words that match the numbers"),
    "history": _("Your last sessions"),
    "red_flags": _("Your health first"),
    "order": _("The right order"),
    "recovery": _("Recovery between efforts"),
    "ceilings": _("No more than is sound"),
    "formats": _("Formats that work"),
    "gates": _("Skills you are ready for"),
    "balance": _("Push and pull in balance"),
    "race": _("As in the race"),
    "full_deadline": _("Complete at once"),
}

EXPORTS: Final[Words] = {
    "ics": _("Calendar"),
    "zwo": _("Zwift"),
    "fit": _("Watch (FIT)"),
    "md": _("Text"),
}
