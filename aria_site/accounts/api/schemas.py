"""What programs read about the person they act for."""

from datetime import datetime

from pydantic import BaseModel, Field

from aria_site.accounts.models import ApiKey, User


class KeyOut(BaseModel):
    """The key that came with the request."""

    id: str = Field(description="The part of the key after `aria_`.", examples=["0a1b2c3d4e5f"])
    name: str = Field(examples=["nightly posters"])
    scopes: list[str] = Field(description="What it may do; `admin` includes the rest.", examples=[["read", "generate"]])
    expires_at: datetime | None
    created_at: datetime


class MeOut(BaseModel):
    """Who is asking."""

    username: str = Field(examples=["owner"])
    is_staff: bool
    key: KeyOut | None = Field(description="Null for a person who is signed in by browser.")

    @classmethod
    def of(cls, person: User, key: ApiKey | None) -> "MeOut":
        """The person, and their key where one was used."""
        shown = key and KeyOut(
            id=key.public_id, name=key.name, scopes=key.scopes, expires_at=key.expires_at, created_at=key.created_at
        )
        return cls(username=person.get_username(), is_staff=person.is_staff, key=shown)
