"""What the page's scripts say: words with {places}, handed over as JSON in the reader's language."""

from django.utils.translation import gettext as _

from web import words


def ask_words() -> dict[str, object]:
    """For the page that asks for a session and watches it being written."""
    return {
        "writing": _("Your coach is writing"),
        "still_writing": _("Almost there…"),
        "failed": _("The session could not be made. Please try again."),
        "offline": _("There is no connection. Your choices are kept; try again once you are back."),
        "roles": {role: str(said) for role, said in words.ROLES.items()},
        "reps": _("reps"),
        "min": _("{n} min"),
    }


def session_words() -> dict[str, object]:
    """For the page of a session: its checklist, its clock, its enrichment."""
    return {
        "rest": _("Rest"),
        "next": _("Next: {set}"),
        "last": _("That was the last set"),
        "step": _("{n} of {m}"),
        "time_is_up": _("Go"),
        "done": _("Finished"),
        "sets_done": _("{n} of {m} sets"),
        "details_arrived": _("Details for {exercise} are there"),
    }
