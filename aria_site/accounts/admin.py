"""People, sign-in links and API keys in the admin. Digests are never shown, and secrets cannot be: none is stored."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from aria_site.accounts.models import ApiKey, SignInToken, User

admin.site.register(User, UserAdmin)


@admin.register(SignInToken)
class SignInTokenAdmin(admin.ModelAdmin):
    """Links can be seen and deleted; fresh ones come from `manage.py sign_in_link`."""

    list_display = ("user", "created_at", "expires_at", "used_at")
    list_select_related = ("user",)
    date_hierarchy = "created_at"
    fields = readonly_fields = ("user", "created_at", "expires_at", "used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: a link made here could not be shown."""
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """Keys can be renamed, limited and revoked; fresh ones come from `manage.py api_key create`."""

    list_display = ("name", "public_id", "user", "scopes", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = ("revoked_at",)
    search_fields = ("name", "public_id", "user__username")
    fields = ("name", "public_id", "user", "scopes", "expires_at", "revoked_at", "created_at", "last_used_at")
    readonly_fields = ("public_id", "user", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: a key made here could not be shown."""
        return False
