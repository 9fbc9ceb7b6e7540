"""What can be wrong with a request, as exceptions every layer may raise and every door knows how to answer."""


class Problem(Exception):
    """Something the person can mend. `status` is its HTTP status, `code` a stable word for programs."""

    status = 400
    code = "bad_request"
    title = "That request could not be understood."

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title


class InvalidInputError(Problem):
    """Named fields hold values that cannot be used. `errors` maps each field to one sentence."""

    status = 422
    code = "invalid_input"
    title = "Some fields cannot be used as they are."

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


class NotFoundError(Problem):
    """It is not there, or not for this person: the two are never told apart."""

    status = 404
    code = "not_found"
    title = "There is nothing here by that name."


class ConflictError(Problem):
    """The thing is not in a state that allows this."""

    status = 409
    code = "conflict"
    title = "That does not go with what is already there."


class ForbiddenError(Problem):
    """The person or key is known, but may not do this."""

    status = 403
    code = "forbidden"
    title = "You may not do this."


class UnauthorisedError(Problem):
    """Nobody is known to be asking, or what they showed opens nothing."""

    status = 401
    code = "unauthorised"
    title = "Sign in, or send a key."


class BrokenBodyError(Problem):
    """The body is not what its content type says."""

    status = 400
    code = "broken_body"
    title = "The body could not be read."


class TooLargeError(Problem):
    """The body is larger than this door takes."""

    status = 413
    code = "too_large"
    title = "The body is too large."


class UnsupportedMediaError(Problem):
    """The body is of a kind that this door does not read."""

    status = 415
    code = "unsupported_media"
    title = "The body is of a kind that cannot be read here."


class MethodNotAllowedError(Problem):
    """The address is right and the method is not."""

    status = 405
    code = "method_not_allowed"
    title = "This address does not answer to that method."


class LimitReachedError(Problem):
    """More than this person, or anybody, may have just now. `retry_after` is in how many seconds to come back."""

    status = 429
    code = "limit_reached"
    title = "That is more than there is room for just now."

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class QueueFullError(LimitReachedError):
    """As many jobs wait as may."""

    code = "queue_full"
    title = "The queue is full."


class QuotaUsedUpError(LimitReachedError):
    """The GPU-seconds of this day are used up, or what is left is too little."""

    code = "quota_used_up"
    title = "Today's GPU-seconds do not reach for this."


class UnexpectedError(Problem):
    """A fault of Aria's own."""

    status = 500
    code = "unexpected"
    title = "Something went wrong inside Aria."


class AwayError(Problem):
    """Something that Aria needs does not answer just now."""

    status = 503
    code = "away"
    title = "Aria cannot do this at the moment."
