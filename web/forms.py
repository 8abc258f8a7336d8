"""What an athlete asks for, as an ordinary form: with JavaScript the same fields travel as the API's JSON."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from config.http import in_language
from training import coaches
from training.prescription import Refused
from training.request import SessionRequest
from web.words import COACHES, DISCIPLINES, EQUIPMENT, LEVELS, LOCATIONS

USUAL, BODY_ONLY, CHOSEN = "usual", "body", "chosen"
# Where the API's refusals are shown: by the first part of their pointer.
FIELDS = {"coach": "coach", "discipline": "coach", "goal": "goal", "available_minutes": "minutes",
          "energy_level": "energy", "location": "location", "equipment": "equipment"}  # fmt: skip


class AskForm(forms.Form):
    """Everything has an answer before the athlete gives one."""

    coach = forms.ChoiceField(label=_("Your coach"), choices=[(slug, said.name) for slug, said in COACHES.items()])
    minutes = forms.IntegerField(label=_("Minutes"), min_value=10, max_value=180, initial=45)
    energy = forms.IntegerField(label=_("Energy"), min_value=1, max_value=10, initial=7)
    location = forms.ChoiceField(label=_("Place"), choices=LOCATIONS.items())
    have = forms.ChoiceField(
        label=_("Equipment"),
        choices=[(USUAL, _("What the place usually has")), (BODY_ONLY, _("My body only")), (CHOSEN, _("I choose"))],
    )
    equipment = forms.MultipleChoiceField(choices=EQUIPMENT.items(), required=False)
    level = forms.ChoiceField(label=_("Level"), choices=LEVELS.items(), initial="intermediate")
    goal = forms.CharField(label=_("What do you want?"), max_length=500, required=False)
    language = forms.ChoiceField(label=_("Language of the session"), choices=[("en", "English"), ("fr", "Français")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for slug, coach in coaches.REGISTRY.items():  # a group of its own: choosing a coach is one touch
            choices = [(discipline, DISCIPLINES[discipline]) for discipline in coach.disciplines]
            self.fields[f"discipline_{slug}"] = forms.ChoiceField(choices=choices, required=False)

    def asked(self) -> SessionRequest:
        """The request that a valid form means. Raises Refused."""
        given = self.cleaned_data
        coach = coaches.get(given["coach"])
        equipment = {USUAL: None, BODY_ONLY: [], CHOSEN: [w for w in given["equipment"] if w in coach.equipment]}
        try:
            return SessionRequest.model_validate(
                {
                    "coach": coach.slug,
                    "discipline": given[f"discipline_{coach.slug}"] or None,
                    "goal": given["goal"] or None,
                    "available_minutes": given["minutes"],
                    "energy_level": given["energy"],
                    "location": given["location"],
                    "equipment": equipment[given["have"]],
                    "language": given["language"],
                    "athlete": {"level": given["level"]},
                }
            )
        except ValidationError as error:
            raise Refused.of(error) from None

    def refuse(self, refused: Refused) -> None:
        """What the coach cannot take, at the field it is about."""
        for error in refused.errors:
            self.add_error(
                FIELDS.get(error.pointer.split("/")[1]) if error.pointer else None, in_language(error.sentence)
            )

    def radio_groups(self) -> list[forms.BoundField]:
        """The questions with few answers, in their order."""
        return [self["location"], self["have"], self["level"]]

    def coach_options(self) -> Iterable[dict[str, Any]]:
        """The cards: a coach, its own words, its disciplines."""
        for slug, said in COACHES.items():
            field = self[f"discipline_{slug}"]
            yield {"slug": slug, "said": said, "disciplines": field, "chosen": self["coach"].value() == slug}

    def equipment_options(self) -> Iterable[dict[str, Any]]:
        """The chips: a word, and the coaches who understand it."""
        chosen = self["equipment"].value() or []
        for word, said in sorted(EQUIPMENT.items(), key=lambda pair: str(pair[1]).casefold()):
            knowing = " ".join(slug for slug, coach in coaches.REGISTRY.items() if word in coach.equipment)
            yield {"word": word, "said": said, "coaches": knowing, "chosen": word in chosen}
