"""The two languages of a model server, `/responses` and `/chat/completions`, brought to one `Reply`. Pure.

Bodies are written and read by shapes of our own: the SDK's typed objects are built without validation, and its parse
helpers lose the usage when the answer does not validate.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict

# Reasoning is most of the time to an answer. Only where a model is known to take the word: others refuse the request.
_MINIMAL_EFFORT = frozenset({"gpt-5-mini"})
_MAX_TOKENS = 2**31 - 1  # what the column holds
_ANSWER_CHARACTERS = 20_000  # an answer that runs on is not sent back whole


@dataclass(frozen=True)
class Prompt:
    """What a model is asked: who it is and by which rules (the same for all), and this one case."""

    instructions: str
    input: str

    def corrected(self, answer: str, problems: Sequence[str]) -> Self:
        """The same question once more, with the answer given before and what was wrong with it."""
        again = "\n".join(
            [
                self.input,
                "",
                "You answered:",
                answer[:_ANSWER_CHARACTERS],
                "",
                "That cannot be used. Answer again, whole, without these faults:",
                *(f"- {problem}" for problem in problems),
            ]
        )
        return replace(self, input=again)


@dataclass(frozen=True)
class Usage:
    """Tokens, or None where the server does not say. `input_tokens` counts the cached ones too."""

    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True)
class Reply:
    """What a server answered with status 200: a text, or the reason why there is none."""

    text: str = ""
    usage: Usage = Usage()
    refusal: str | None = None
    cut_off: bool = False  # the answer ran into a limit of length
    filtered: bool = False  # by the provider's content filter
    failure_code: str | None = None  # the server could not finish, and says so in the body
    failure_message: str = ""


class Body(BaseModel):
    """Some part of an answer: open to what is new, and null is as good as missing."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())


def _plausible(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _MAX_TOKENS else None


Tokens = Annotated[int | None, BeforeValidator(_plausible)]


class Failure(Body):
    """An error inside an answer that is no HTTP error."""

    code: str | int | None = None
    message: str | None = None


class BrokenOff(ValueError):
    """A streamed answer that ended before its end."""


class Heard(ABC):
    """A streamed answer while it comes: fed with the data of its events, one after the other."""

    reply: Reply | None = None  # once it is whole

    def __init__(self) -> None:
        self._said: list[str] = []
        self._refused: list[str] = []

    @abstractmethod
    def feed(self, data: bytes) -> str:
        """What this event adds to the text. Raises pydantic.ValidationError for a malformed one."""

    def end(self) -> Reply:
        """The reply, once the stream has ended. Raises BrokenOff where it is not whole."""
        if self.reply is None:
            raise BrokenOff
        return self.reply

    def _text(self) -> str:
        return "".join(self._said)

    def _refusal(self) -> str | None:
        return "".join(self._refused) or None


class Dialect(ABC):
    """How one of the two is asked and read."""

    path: ClassVar[str]
    stream: ClassVar[dict[str, Any]]  # what a request has more, to be answered in a stream that tells its usage
    heard: ClassVar[type[Heard]]

    @staticmethod
    @abstractmethod
    def body(model: str, prompt: Prompt, schema: dict[str, Any]) -> dict[str, Any]:
        """The body of the request."""

    @staticmethod
    @abstractmethod
    def read(body: bytes) -> Reply:
        """The reply in the body of an answer. Raises pydantic.ValidationError for a malformed one."""


class _Part(Body):
    type: str = ""
    text: str | None = None
    refusal: str | None = None


class _Item(Body):
    type: str = ""
    content: list[_Part] | None = None


class _CachedTokens(Body):
    cached_tokens: Tokens = None


class _ResponsesUsage(Body):
    input_tokens: Tokens = None
    input_tokens_details: _CachedTokens | None = None
    output_tokens: Tokens = None


class _Incomplete(Body):
    reason: str | None = None


class _ResponsesBody(Body):
    status: str | None = None
    output: list[_Item] | None = None
    usage: _ResponsesUsage | None = None
    error: Failure | None = None
    incomplete_details: _Incomplete | None = None


def _reply(answer: _ResponsesBody) -> Reply:
    usage = answer.usage or _ResponsesUsage()
    parts = [part for item in answer.output or [] if item.type == "message" for part in item.content or []]
    reason = answer.incomplete_details.reason if answer.incomplete_details else None
    # Compatible servers leave the status out; one that stands there must say that the answer is whole.
    unfinished = answer.status not in (None, "completed", "incomplete")
    failure = answer.error or (Failure(code=answer.status) if unfinished else None)
    if answer.output is None and failure is None:
        failure = Failure(message="an answer without output")
    return Reply(
        text="".join(part.text or "" for part in parts if part.type == "output_text"),
        usage=Usage(
            usage.input_tokens,
            usage.input_tokens_details.cached_tokens if usage.input_tokens_details else None,
            usage.output_tokens,
        ),
        refusal=next((part.refusal for part in parts if part.refusal), None),
        cut_off=answer.status == "incomplete" and reason != "content_filter",
        filtered=reason == "content_filter",
        failure_code=None if failure is None else str(failure.code or "unknown"),
        failure_message=(failure.message or "") if failure else "",
    )


class _ResponsesEvent(Body):
    type: str = ""
    delta: str | dict[str, Any] | None = None  # an object in events of no text
    response: _ResponsesBody | None = None
    error: Failure | None = None
    code: str | int | None = None
    message: str | None = None


class _HeardResponse(Heard):
    _FINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})

    def feed(self, data: bytes) -> str:
        event = _ResponsesEvent.model_validate_json(data)
        if event.type == "response.output_text.delta" and isinstance(event.delta, str):
            self._said.append(event.delta)
            return event.delta
        if event.type == "response.refusal.delta" and isinstance(event.delta, str):
            self._refused.append(event.delta)
        elif event.type in self._FINAL and event.response is not None:
            # Some servers end with a response that is empty but for its usage.
            said = {"status": event.type.removeprefix("response."), "output": event.response.output or []}
            whole = _reply(event.response.model_copy(update=said))
            self.reply = replace(whole, text=self._text() or whole.text, refusal=whole.refusal or self._refusal())
        elif event.type == "error" or event.error is not None:
            failure = event.error or Failure(code=event.code, message=event.message)
            self.reply = Reply(failure_code=str(failure.code or "unknown"), failure_message=failure.message or "")
        return ""


class Responses(Dialect):
    """`POST /responses`."""

    path = "/responses"
    stream: ClassVar = {"stream": True}
    heard = _HeardResponse

    @staticmethod
    def body(model: str, prompt: Prompt, schema: dict[str, Any]) -> dict[str, Any]:
        effort = {"reasoning": {"effort": "minimal"}} if model in _MINIMAL_EFFORT else {}
        return {
            "model": model,
            "instructions": prompt.instructions,
            "input": prompt.input,
            "text": {"format": {"type": "json_schema", "name": "answer", "strict": True, "schema": schema}},
            "store": False,  # the athlete's words are not for keeping
            **effort,
        }

    @staticmethod
    def read(body: bytes) -> Reply:
        return _reply(_ResponsesBody.model_validate_json(body))


class _Message(Body):
    content: str | None = None
    refusal: str | None = None


class _Choice(Body):
    message: _Message
    finish_reason: str | None = None


class _ChatUsage(Body):
    prompt_tokens: Tokens = None
    prompt_tokens_details: _CachedTokens | None = None
    completion_tokens: Tokens = None


class _ChatBody(Body):
    choices: list[_Choice] | None = None
    usage: _ChatUsage | None = None
    error: Failure | None = None


def _chat_usage(told: _ChatUsage) -> Usage:
    cached = told.prompt_tokens_details.cached_tokens if told.prompt_tokens_details else None
    return Usage(told.prompt_tokens, cached, told.completion_tokens)


class _Piece(Body):
    delta: _Message | None = None
    finish_reason: str | None = None


class _ChatChunk(Body):
    choices: list[_Piece] | None = None
    usage: _ChatUsage | None = None
    error: Failure | None = None


class _HeardCompletion(Heard):
    """Whole at `[DONE]`, or where the server sends none, at the end; the usage comes after the last word."""

    def __init__(self) -> None:
        super().__init__()
        self._finish: str | None = None
        self._usage = Usage()

    def feed(self, data: bytes) -> str:
        if data == b"[DONE]":
            self.end()
            return ""
        chunk = _ChatChunk.model_validate_json(data)
        if chunk.error is not None:
            self.reply = Reply(
                failure_code=str(chunk.error.code or "unknown"), failure_message=chunk.error.message or ""
            )
        if chunk.usage is not None:
            self._usage = _chat_usage(chunk.usage)
        piece = chunk.choices[0] if chunk.choices else _Piece()
        said = piece.delta or _Message()
        self._finish = piece.finish_reason or self._finish
        self._said.append(said.content or "")
        self._refused.append(said.refusal or "")
        return said.content or ""

    def end(self) -> Reply:
        if self.reply is None and self._finish is not None:
            self.reply = Reply(
                text=self._text(),
                usage=self._usage,
                refusal=self._refusal(),
                cut_off=self._finish == "length",
                filtered=self._finish == "content_filter",
            )
        return super().end()


class Chat(Dialect):
    """`POST /chat/completions`."""

    path = "/chat/completions"
    stream: ClassVar = {"stream": True, "stream_options": {"include_usage": True}}
    heard = _HeardCompletion

    @staticmethod
    def body(model: str, prompt: Prompt, schema: dict[str, Any]) -> dict[str, Any]:
        effort = {"reasoning_effort": "minimal"} if model in _MINIMAL_EFFORT else {}
        return {
            "model": model,
            "messages": [
                {"role": "system", "content": prompt.instructions},
                {"role": "user", "content": prompt.input},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": schema},
            },
            **effort,
        }

    @staticmethod
    def read(body: bytes) -> Reply:
        answer = _ChatBody.model_validate_json(body)
        choice = answer.choices[0] if answer.choices else None
        failure = answer.error or (None if choice else Failure(message="an answer without choices"))
        return Reply(
            text=(choice.message.content or "") if choice else "",
            usage=_chat_usage(answer.usage or _ChatUsage()),
            refusal=choice.message.refusal if choice else None,
            cut_off=choice is not None and choice.finish_reason == "length",
            filtered=choice is not None and choice.finish_reason == "content_filter",
            failure_code=None if failure is None else str(failure.code or "unknown"),
            failure_message=(failure.message or "") if failure else "",
        )


DIALECTS: dict[str, type[Dialect]] = {"responses": Responses, "chat": Chat}


# --- event streams ---
async def data_of(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The data of each event in a body, without the SDK's typed events, which cost a hundred times as much.

    Lines end at a line feed only: JSON may hold characters at which a reader of text lines would cut it.
    """
    rest = b""
    data: list[bytes] = []
    async for some in body:
        *lines, rest = (rest + some).split(b"\n")
        for line in lines:
            for whole in _taken(line.removesuffix(b"\r"), data):
                yield whole


def _taken(line: bytes, data: list[bytes]) -> Iterator[bytes]:
    """Notes a line of data; an empty line ends the event. Names and comments are passed over."""
    if line.startswith(b"data:"):
        data.append(line[5:].removeprefix(b" "))
    elif not line and data:
        yield b"\n".join(data)
        data.clear()
