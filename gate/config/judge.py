"""The `judge` section: the model that judges replies where comparing words cannot."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gate.config.declaration import Absent, Section
from gate.config.values import http_url, text
from gate.core.specification import JudgeSpecification


class JudgeSection(Section):
    """A model that breaks ties where no comparison of words can, for scenarios that ask for it."""

    base_url: Annotated[str | None, http_url(), Absent("where the model is")] = Field(
        default=None, description="Where the judge is"
    )
    model: Annotated[str, text()] = Field(
        default=JudgeSpecification.model,
        description="The model that judges; needed by scenarios with judge only",
    )

    def specification(self, model_url: str) -> JudgeSpecification:
        """Return the judge, by default at the URL of the model, because both use one key.

        A missing judge is no mistake here: only some scenarios need one.
        """
        return JudgeSpecification(base_url=self.base_url or model_url, model=self.model)
