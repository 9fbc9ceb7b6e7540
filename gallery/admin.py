"""Artworks in the admin."""

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from aria_site.kernel.admin_actions import act_on_each, pretty_json
from gallery.labels import file_url
from gallery.models import Artwork
from gallery.services import artwork_annotate

if TYPE_CHECKING:
    from django.forms import ModelForm

EDITABLE = ("title", "alt", "state")
THUMBNAIL_SIDE = 72


@admin.register(Artwork)
class ArtworkAdmin(admin.ModelAdmin):
    """Artworks can be renamed, described, and moved between wall, cutting room and trash; never made by hand."""

    list_display = ("thumbnail", "title", "state", "persona", "owner", "score", "size", "created_at")
    list_display_links = ("thumbnail", "title")
    list_select_related = ("persona", "owner")
    list_filter = ("state",)
    search_fields = ("title", "alt", "=id", "persona__name", "owner__username")
    date_hierarchy = "created_at"
    show_full_result_count = False
    actions = ("hang", "cut", "trash")
    readonly_fields = (
        "picture", "owner", "persona", "parent", "created_at", "size", "bytes", "sha256", "score", "verdict",
        "reasons", "recipe_text", "facts_text", "origin_key",
    )  # fmt: skip
    fields = ("picture", *EDITABLE, *readonly_fields[1:])

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: pictures are painted."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Artwork | None = None) -> bool:
        """Nobody: a row deleted here would leave its files behind. Trash it instead."""
        return False

    def save_model(self, request: HttpRequest, obj: Artwork, form: "ModelForm[Artwork]", change: Any) -> None:
        """Write the edited columns alone, through the service."""
        artwork_annotate(obj, **{name: form.cleaned_data[name] for name in EDITABLE if name in form.changed_data})

    @admin.action(description="Hang on the wall", permissions=["change"])
    def hang(self, request: HttpRequest, rows: QuerySet[Artwork]) -> HttpResponse | None:
        """Show the works to everybody."""
        return self._move(request, rows, Artwork.State.HUNG, "Hang these works on the wall, for everybody to see?")

    @admin.action(description="Take to the cutting room", permissions=["change"])
    def cut(self, request: HttpRequest, rows: QuerySet[Artwork]) -> HttpResponse | None:
        """Take the works off the wall."""
        return self._move(request, rows, Artwork.State.CUT, "Take these works to the cutting room?")

    @admin.action(description="Trash", permissions=["change"])
    def trash(self, request: HttpRequest, rows: QuerySet[Artwork]) -> HttpResponse | None:
        """Put the works into the trash; their files stay."""
        return self._move(request, rows, Artwork.State.TRASHED, "Put these works into the trash?")

    @admin.display(description="")
    def thumbnail(self, artwork: Artwork) -> SafeString:
        """The picture, small."""
        scale = THUMBNAIL_SIDE / max(artwork.width, artwork.height)
        return _image(artwork, scale=scale, wanted=2 * THUMBNAIL_SIDE)

    @admin.display(description="picture")
    def picture(self, artwork: Artwork) -> SafeString:
        """The picture, as large as its label."""
        return _image(artwork, scale=min(1.0, 480 / max(artwork.width, artwork.height)), wanted=480)

    @admin.display(description="size")
    def size(self, artwork: Artwork) -> str:
        """Width and height in pixels."""
        return f"{artwork.width} × {artwork.height}"  # noqa: RUF001  the sign that sizes are written with

    @admin.display(description="recipe")
    def recipe_text(self, artwork: Artwork) -> SafeString:
        """The recipe as people read it."""
        return pretty_json(artwork.recipe_data)

    @admin.display(description="painted with")
    def facts_text(self, artwork: Artwork) -> SafeString:
        """Device and library versions as people read them."""
        return pretty_json(artwork.facts)

    def _move(
        self, request: HttpRequest, rows: QuerySet[Artwork], state: Artwork.State, question: str
    ) -> HttpResponse | None:
        return act_on_each(self, request, rows, question=question, act=partial(_moved, state=state))


def _moved(artwork: Artwork, *, state: Artwork.State) -> bool:
    if artwork.state == state:
        return False
    artwork_annotate(artwork, state=state)
    return True


def _image(artwork: Artwork, *, scale: float, wanted: int) -> SafeString:
    """The smallest thumbnail that is wide enough, drawn at `scale` of the master's size."""
    widths = sorted(int(width) for width in artwork.thumbnails)
    fit = next((width for width in widths if width >= wanted), widths[-1] if widths else None)
    name = artwork.thumbnails[str(fit)] if fit else artwork.file
    return format_html(
        '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
        file_url(name),
        artwork.alt,
        round(artwork.width * scale),
        round(artwork.height * scale),
    )
