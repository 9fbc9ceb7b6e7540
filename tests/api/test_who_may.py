"""Every operation against everybody who could ask. A refusal leaves no trace."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aria_site.accounts.keys import api_key_create, api_key_revoke
from aria_site.accounts.models import ApiKey, Scope, User
from aria_site.api import api
from gallery.models import Artwork
from generation.models import Batch, Job, QueuePause, Reproduction, StoredPicture
from tests.support.programs import Program
from tests.support.rows import make_artwork, make_batch, make_job, make_picture
from tests.support.uploads import as_file, encoded, gradient

ANYBODY, READ, GENERATE, ADMIN = "anybody", "read", "generate", "admin"
PICTURE = encoded(gradient())

OPERATIONS: dict[str, tuple[str, str, int, str]] = {
    # operation: method, path, status when allowed, what it takes
    "job_submit": ("POST", "/jobs", 202, GENERATE),
    "job_list": ("GET", "/jobs", 200, READ),
    "job_read": ("GET", "/jobs/{job}", 200, READ),
    "job_cancel": ("POST", "/jobs/{job}/cancel", 200, GENERATE),
    "job_retry": ("POST", "/jobs/{failed}/retry", 200, GENERATE),
    "job_pause": ("POST", "/jobs/{job}/pause", 200, GENERATE),
    "job_resume": ("POST", "/jobs/{paused}/resume", 200, GENERATE),
    "job_move": ("POST", "/jobs/{job}/move", 200, GENERATE),
    "job_prioritise": ("POST", "/jobs/{job}/priority", 200, GENERATE),
    "jobs_pause": ("POST", "/jobs/pause", 200, GENERATE),
    "jobs_resume": ("POST", "/jobs/resume", 200, GENERATE),
    "jobs_cancel": ("POST", "/jobs/cancel", 200, GENERATE),
    "queue_read": ("GET", "/queue", 200, READ),
    "queue_pause": ("POST", "/queue/pause", 200, ADMIN),
    "queue_resume": ("POST", "/queue/resume", 409, ADMIN),
    "batch_submit": ("POST", "/batches", 202, GENERATE),
    "batch_list": ("GET", "/batches", 200, READ),
    "batch_read": ("GET", "/batches/{batch}", 200, READ),
    "batch_cancel": ("POST", "/batches/{batch}/cancel", 200, GENERATE),
    "batch_retry": ("POST", "/batches/{batch}/retry", 200, GENERATE),
    "model_list": ("GET", "/models", 200, READ),
    "sampler_list": ("GET", "/samplers", 200, READ),
    "picture_store": ("POST", "/pictures", 201, GENERATE),
    "picture_read": ("GET", "/pictures/{picture}", 200, READ),
    "artwork_list": ("GET", "/artworks", 200, ANYBODY),
    "artwork_read": ("GET", "/artworks/{artwork}", 200, ANYBODY),
    "artwork_reproduce": ("POST", "/artworks/{artwork}/reproduce", 202, GENERATE),
    "artwork_reproductions": ("GET", "/artworks/{artwork}/reproductions", 200, ANYBODY),
    "persona_list": ("GET", "/personas", 200, READ),
    "persona_read": ("GET", "/personas/aria", 200, READ),
    "me_read": ("GET", "/me", 200, READ),
    "quota_read": ("GET", "/me/quota", 200, READ),
}
MODELS = (Batch, Job, Artwork, QueuePause, Reproduction, StoredPicture)
OWN = {
    "job_read", "job_cancel", "job_retry", "job_pause", "job_resume", "job_move", "job_prioritise",
    "batch_read", "batch_cancel", "batch_retry", "artwork_reproduce", "picture_read",
}  # fmt: skip
"""Operations on one person's things."""
STAFF_TOO = OWN - {"picture_read"}
"""Those that staff may use on the things of others. What people bring is theirs alone."""
STAFF_ALONE = {"job_prioritise", "queue_pause", "queue_resume"}
"""What concerns everybody. No key opens it to other people; a queue that is not paused cannot be resumed, hence 409."""
BODIES = {
    "job_submit": {"prompt": "x"},
    "job_move": {"to": "front"},
    "job_prioritise": {"priority": 1},
    "queue_pause": {},
    "batch_submit": {"kind": "list", "recipes": [{"prompt": "x"}]},
}


def allowed(operation: str, user: User) -> int:
    """The status where nothing but the person can be in the way."""
    return OPERATIONS[operation][2] if user.is_staff or operation not in STAFF_ALONE else 403


class World:
    """What there is to be read and changed, all of it Alice's."""

    def __init__(self, alice: User) -> None:
        self.names = {
            "job": make_job(alice).pk,
            "failed": make_job(alice, state=Job.State.FAILED).pk,
            "paused": make_job(alice, held=True).pk,
            "batch": make_batch(alice, "queued", "failed").pk,
            "artwork": make_artwork(alice).pk,
            "picture": make_picture(alice).sha256,
        }

    def ask(self, program: Program, operation: str) -> Any:
        """Let the program try an operation."""
        method, path, _, _ = OPERATIONS[operation]
        path = path.format(**self.names)
        if method == "GET":
            return program.get(path)
        if operation == "picture_store":
            return program.upload(path, {"file": as_file(PICTURE)})
        return program.post(path, BODIES.get(operation))

    def state(self) -> list[Any]:
        """Everything an operation could change."""
        return [list(model.objects.order_by("pk").values()) for model in MODELS]


@pytest.fixture
def world(alice: User) -> World:
    return World(alice)


def key_text(user: User, scopes: list[str], **changes: Any) -> str:
    key, text = api_key_create(user=user, name="test", scopes=scopes)
    ApiKey.objects.filter(pk=key.pk).update(**changes)
    return text


def assert_refused(world: World, program: Program, operation: str, status: int) -> None:
    before = world.state()

    answer = world.ask(program, operation)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert world.state() == before


def test_the_table_names_every_operation() -> None:
    document = api.get_openapi_schema()

    told = {
        operation["operationId"]: method.upper()
        for path in document["paths"].values()
        for method, operation in path.items()
    }
    assert told == {name: row[0] for name, row in OPERATIONS.items()}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("scope", Scope.values)
def test_a_key_does_what_its_scope_says(
    world: World, alice: User, rings: list[str], operation: str, scope: str
) -> None:
    needed = OPERATIONS[operation][3]
    program = Program(key_text(alice, [scope]))

    if scope in {"admin", needed} or (needed == ANYBODY and scope == "read"):
        assert world.ask(program, operation).status_code == allowed(operation, alice)
    else:
        assert_refused(world, program, operation, 403)
        assert rings == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_visitor_sees_the_wall_alone(world: World, rings: list[str], operation: str) -> None:
    if OPERATIONS[operation][3] == ANYBODY:
        assert world.ask(Program(), operation).status_code == 200
    else:
        assert_refused(world, Program(), operation, 401)
        assert rings == []


ENDED: dict[str, Callable[[User], str]] = {
    "revoked": lambda user: key_text(user, ["admin"], revoked_at=timezone.now()),
    "expired": lambda user: key_text(user, ["admin"], expires_at=timezone.now() - timedelta(seconds=1)),
    "wrong": lambda user: key_text(user, ["admin"])[:-2] + "__",
    "made up": lambda user: "aria_000000000000_" + "A" * 43,
    "of another kind": lambda user: "sk-0123456789",
    "empty": lambda user: " ",
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("ended", ENDED.values(), ids=ENDED.keys())
def test_a_key_that_opens_nothing_is_told_alike_whatever_is_wrong_with_it(
    world: World, alice: User, rings: list[str], operation: str, ended: Callable[[User], str]
) -> None:
    program = Program(ended(alice))

    assert_refused(world, program, operation, 401)
    answer = world.ask(program, operation)
    assert answer.json()["detail"] == "This key opens nothing: it is wrong, revoked or expired. Send another one."
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Aria"'
    assert rings == []


@pytest.mark.parametrize("operation", sorted(OWN))
def test_what_belongs_to_others_is_not_there(world: World, mallory: User, rings: list[str], operation: str) -> None:
    assert_refused(world, Program(key_text(mallory, ["read", "generate"])), operation, 404)
    assert rings == []


@pytest.mark.parametrize("operation", sorted(STAFF_TOO))
def test_staff_may_look_after_what_belongs_to_others(world: World, admin: User, operation: str) -> None:
    assert world.ask(Program(key_text(admin, ["admin"])), operation).status_code == OPERATIONS[operation][2]


@pytest.mark.parametrize("operation", sorted(STAFF_ALONE))
def test_what_concerns_everybody_is_for_staff_alone(world: World, alice: User, admin: User, operation: str) -> None:
    assert_refused(world, Program(key_text(alice, ["admin"])), operation, 403)

    answer = world.ask(Program(key_text(admin, ["admin"])), operation)

    assert answer.status_code == OPERATIONS[operation][2]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_signed_in_person_reads_and_needs_a_token_to_change(
    world: World, alice: User, rings: list[str], operation: str
) -> None:
    method, _, status, _ = OPERATIONS[operation]
    program = Program()
    program.client.force_login(alice)

    if method == "GET":
        assert world.ask(program, operation).status_code == status
    else:
        assert_refused(world, program, operation, 403)
        assert rings == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_signed_in_person_with_a_token_may_do_it_all(world: World, alice: User, operation: str) -> None:
    program = Program()
    program.client.force_login(alice)
    program.client.cookies["csrftoken"] = "x" * 32
    program.headers = {"X-CSRFToken": "x" * 32}

    assert world.ask(program, operation).status_code == allowed(operation, alice)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_cookie_never_elevates_a_key(world: World, alice: User, admin: User, mallory: User, operation: str) -> None:
    """An administrator's browser session does nothing for the key that is sent along with it."""
    for text, refused in (
        (key_text(alice, ["curate"]), 403),
        (key_text(admin, ["admin"], revoked_at=timezone.now()), 401),
    ):
        program = Program(text)
        program.client.force_login(admin)
        assert_refused(world, program, operation, refused)

    stranger = Program(key_text(mallory, ["admin"]))
    stranger.client.force_login(alice)
    assert world.ask(stranger, operation).status_code == (404 if operation in OWN else allowed(operation, mallory))


def test_a_key_of_somebody_deactivated_opens_nothing(world: World, alice: User) -> None:
    program = Program(key_text(alice, ["admin"]))
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert_refused(world, program, "job_list", 401)


def test_a_key_ends_with_the_revocation(world: World, alice: User) -> None:
    key, text = api_key_create(user=alice, name="k", scopes=["read"])
    program = Program(text)

    assert world.ask(program, "job_list").status_code == 200
    api_key_revoke(key=key)
    assert world.ask(program, "job_list").status_code == 401


def test_a_signed_in_person_who_has_no_key_is_told_so(alice: User) -> None:
    client = Client()
    client.force_login(alice)

    assert client.get("/api/v1/me").json() == {"username": "alice", "is_staff": False, "key": None}
