"""An account's end: its tokens and logins, its sessions with all that hangs on them, and at last itself.

In many short transactions: a worker that is in the middle of one of the sessions is waited for no longer than it takes
it to record an exercise, and then finds its claim gone. What was interrupted is finished by asking once more, for the
account itself goes last.
"""

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from config.models import Token
from config.roles import on_behalf_of
from enrichment.models import EnrichmentItem
from training.models import TrainingSession

SESSIONS_A_STEP = 50


def delete_account(user: User) -> None:
    """Delete a user and everything of theirs. Notes that are shared hold nobody's words, and stay; so do bills."""
    Token.objects.filter(user=user).delete()  # first: nothing more is asked for meanwhile
    _end_logins(user.pk)
    while True:
        while _delete_some_sessions(user.pk):
            pass
        with on_behalf_of(user.pk):
            # A session that was being made all along waits at its commit for this lock, and then finds no owner.
            row = User.objects.select_for_update().filter(pk=user.pk).first()
            if row is None:
                return
            if not TrainingSession.objects.filter(owner_id=user.pk).exists():
                row.delete()
                return


def _delete_some_sessions(owner_id: int) -> int:
    """A step; how many sessions it deleted."""
    with on_behalf_of(owner_id):
        own = TrainingSession.objects.filter(owner_id=owner_id)
        ids = list(own.order_by("pk").values_list("pk", flat=True)[:SESSIONS_A_STEP])
        # Items before their sessions, as everybody locks them, and by their ids, as everybody does who locks many.
        items = EnrichmentItem.objects.filter(session__in=ids).order_by("pk").select_for_update()
        list(items.values_list("pk", flat=True))
        own.filter(pk__in=ids).delete()
    return len(ids)


def _end_logins(user_id: int) -> None:
    """Django keeps logins without their user's id beside them: each has to be opened."""
    for login in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if login.get_decoded().get(SESSION_KEY) == str(user_id):
            login.delete()
