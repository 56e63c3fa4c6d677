"""Given names."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gate.core.facts.fact import Acceptable, anything, choose

NAMES = tuple(
    """
    Agnieszka Alejandra Anselm Anneliese Archibald Augustin Barnaby Beatrix Benedikt Bernadette Bogdan
    Brunhilde Calliope Cassandra Cedric Clementine Constantin Cordelia Cornelius Cosima Cyprian Dagmar
    Demetrius Desmond Dietrich Dominika Eleonora Emeka Ernestine Esmeralda Fabrizio Felicitas Ferdinand
    Fiorella Francesca Frederik Gabriela Genevieve Geraldine Giacomo Giovanna Giulietta Gottfried Griselda
    Guillermo Gwendolyn Hannelore Henrietta Hildegard Hiroshi Horatio Ignatius Ingeborg Isidora Jadwiga
    Jacinta Jerome Joaquin Kazimir Katarina Konstanze Kwame Leopold Lieselotte Lorenzo Ludovica Magdalena
    Malgorzata Marcelline Margarethe Mariana Maximilian Mehmet Millicent Mireille Nadezhda
    Nikolai Octavia Ophelia Ottoline Parvati Penelope Perpetua Quentin Rajesh Raphaela Reinhold Rigoberta
    Rosalind Rupert Salvatore Sebastian Seraphina Siegfried Sigrid Sunniva Svetlana Tabitha
    Thaddeus Theodora Tobias Ulrike Valentina Veronika Vivienne Wilhelmina Winifred Wolfgang Xenia Yevgeny
    Yolanda Zacharias Zenobia
    """.split()  # noqa: SIM905  -- a list of words reads best as prose
)
"""Names that are neither words nor towns, and that scripts do not usually give to speakers."""


@dataclass(frozen=True, kw_only=True)
class Name:
    """One of `NAMES`."""

    kind: ClassVar[str] = "name"
    name: str

    @property
    def pool(self) -> tuple[str, ...]:
        """The whole list."""
        return NAMES

    @property
    def guessable(self) -> bool:
        """True: a value from a short list can be guessed."""
        return True

    def draw(self, source: random.Random, drawn: Mapping[str, str], acceptable: Acceptable = anything) -> str:
        """Draw one name, an acceptable one if there is any."""
        return choose(source, NAMES, acceptable)
