"""The two kinds of models: facts as others give them, and statements of our own."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Something GitHub or a registry said. Unknown fields are ignored, because APIs grow."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Statement(BaseModel):
    """Something relaudit says. Unknown fields are an error, because nobody else writes these."""

    model_config = ConfigDict(frozen=True, extra="forbid")
