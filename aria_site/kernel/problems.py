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
