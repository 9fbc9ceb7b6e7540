"""What the admin pages of every app share: actions that ask first, and lists of rows that nobody edits by hand."""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
else:
    AnyAdmin = admin.ModelAdmin  # generic for type checkers alone


class LedgerAdmin(AnyAdmin):
    """Rows that services write: people look at them, and change them by actions alone."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody: saving a form would overwrite what a worker wrote in the meantime."""
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether this person may use the actions: those who might change the rows."""
        return super().has_change_permission(request)


def act_on_each(
    model_admin: AnyAdmin,
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    question: str,
    act: Callable[[Any], bool],
) -> HttpResponse | None:
    """Ask whether it is meant; once it is, do it to each row and note it in the row's history.

    `act` says of each row whether it changed anything. None leads back to the list.
    """
    if "confirmed" not in request.POST:
        context = {
            **model_admin.admin_site.each_context(request),
            "title": question,
            "rows": rows,
            "opts": model_admin.opts,
            "action": request.POST["action"],
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/confirm_action.html", context)
    changed = [row for row in rows if act(row)]
    for row in changed:
        model_admin.log_change(request, row, question)
    left = len(rows) - len(changed)
    message = f"Done for {len(changed)}." + (f" {left} had to be left as they are." if left else "")
    model_admin.message_user(request, message, messages.WARNING if left else messages.SUCCESS)
    return None


def pretty_json(data: Any) -> SafeString:
    """JSON as people read it."""
    return format_html("<pre>{}</pre>", json.dumps(data, indent=2, ensure_ascii=False))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> SafeString:
    """Rows under a head, or a dash where there are none."""
    if not rows:
        return format_html("{}", "-")
    head = format_html_join("", '<th scope="col">{}</th>', ((column,) for column in columns))
    lines = (format_html_join("", "<td>{}</td>", ((cell,) for cell in row)) for row in rows)
    body = format_html_join("", "<tr>{}</tr>", ((line,) for line in lines))
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)
