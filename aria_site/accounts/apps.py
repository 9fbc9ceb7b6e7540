"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and keys."""

    name = "aria_site.accounts"
    label = "accounts"
    verbose_name = "People and keys"
