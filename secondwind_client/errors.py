"""What can go wrong, as types."""

import json
from typing import Any

from pydantic import ValidationError

from secondwind_client.shapes import EnrichmentStatus, Problem


class SecondWindError(Exception):
    """The parent of all."""


class NoToken(SecondWindError):
    """Neither an argument nor SECONDWIND_TOKEN holds a token."""


class ConnectionLost(SecondWindError):
    """Nobody answered, or an answer broke off, for longer than the limits allow."""


class UnexpectedAnswer(SecondWindError):
    """An answer that is not in Second Wind's words: another server's, or another version's."""


class TookTooLong(SecondWindError, TimeoutError):
    """A session was not enriched in the time given; `status` is what was last known of it."""

    def __init__(self, status: EnrichmentStatus) -> None:
        self.status = status
        super().__init__(f"Session {status.session} is not enriched yet: {status}")


class NotEnriched(SecondWindError):
    """The enrichment failed or was cancelled; the session stays usable as it is. `status` says why."""

    def __init__(self, status: EnrichmentStatus) -> None:
        self.status = status
        super().__init__(f"Session {status.session}: {status}")


class ApiProblem(SecondWindError):
    """A refusal (RFC 9457), with what it says: `problem` is the whole document.

    `repeated`: an answer to the same call was lost before, so the server may have heeded it already.
    """

    def __init__(self, problem: Problem, *, retry_after_seconds: float | None = None, repeated: bool = False) -> None:
        self.problem = problem
        self.retry_after_seconds = retry_after_seconds
        self.repeated = repeated
        places = "".join(f"\n  {error.pointer or '/'}: {error.detail}" for error in problem.errors)
        super().__init__(f"{problem.status} {problem.title}: {problem.detail}{places}".rstrip(": "))

    @staticmethod
    def of(body: bytes | str, status: int, **more: Any) -> "ApiProblem":
        """The problem in a body, as the type of its status; a gateway's body, which is none, tells its status alone."""
        try:
            problem = Problem.model_validate({"status": status, **json.loads(body)})
        except (ValueError, TypeError, ValidationError):
            problem = Problem(status=status, title="The answer came without a problem document")
        return _TYPES.get(problem.status, ApiProblem)(problem, **more)


class NotSignedIn(ApiProblem):
    """401: no token, an expired one or an unknown one."""


class Forbidden(ApiProblem):
    """403: not yours to do."""


class NotFound(ApiProblem):
    """404: nothing there, or somebody else's."""


class NotAcceptable(ApiProblem):
    """406: not to be had in that form."""


class Conflict(ApiProblem):
    """409: not in this state."""


class Refused(ApiProblem):
    """422: understood and refused; `problem.errors` names the places."""


class Throttled(ApiProblem):
    """429: too many calls, for longer than the limits allow to wait."""


class Unavailable(ApiProblem):
    """503: the server or its model is away, for longer than the limits allow to wait."""


_TYPES: dict[int, type[ApiProblem]] = {
    401: NotSignedIn,
    403: Forbidden,
    404: NotFound,
    406: NotAcceptable,
    409: Conflict,
    422: Refused,
    429: Throttled,
    503: Unavailable,
}
