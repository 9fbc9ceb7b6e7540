"""The address that people are told."""

import pytest
from pytest_django import Settings

from aria_site.environment import Environment
from aria_site.studio.address import sign_in_address, site_address


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, "http://127.0.0.1:8000/"),
        ({"aria_port": 9000, "aria_host": "studio.local"}, "http://studio.local:9000/"),
        ({"aria_host": "0.0.0.0"}, "http://localhost:8000/"),  # noqa: S104  only read, nobody listens
        ({"aria_host": "::"}, "http://localhost:8000/"),
        ({"aria_host": "::1"}, "http://[::1]:8000/"),
        ({"aria_tls": True, "aria_hosts": ("aria.example", "www.aria.example")}, "https://aria.example/"),
    ],
)
def test_people_are_told_where_a_browser_finds_the_site(
    settings: Settings, variables: dict[str, object], address: str
) -> None:
    settings.ENV = Environment.model_validate(variables)

    assert site_address() == address


def test_the_sign_in_link_leads_to_the_same_place(settings: Settings) -> None:
    settings.ENV = Environment(aria_port=9000)

    assert sign_in_address("secret") == "http://127.0.0.1:9000/enter/secret/"
