"""What programs read about personas."""

from datetime import datetime

from pydantic import BaseModel, Field

from personas.models import Persona

SLUG_PATTERN = "^[-a-zA-Z0-9_]{1,60}$"


class PersonaOut(BaseModel):
    """An artist persona."""

    slug: str = Field(description="Send it as `persona` of a job.", examples=["aria"])
    name: str = Field(examples=["Aria"])
    bio: str
    style: str = Field(description="Words that join every prompt painted by this persona.")
    negative_prompt: str
    created_at: datetime

    @classmethod
    def of(cls, persona: Persona) -> "PersonaOut":
        """The persona as programs see it."""
        return cls(**{name: getattr(persona, name) for name in cls.model_fields})


class PersonaList(BaseModel):
    """Every persona, the founder first. There are few, so all come at once."""

    items: list[PersonaOut]
    next: None = None
