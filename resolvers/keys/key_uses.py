"""Which keys are used, and which scopes of secret keys: stored every minute (rule 89)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from models.keys.scopes import KeyScope
from resolvers.authority.access import Actor, ActorType, ensure_scope


@dataclass(eq=False)
class KeyUses:
    """The scopes that were used since the last write, by the IDs of the keys."""

    noted: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def take(self) -> Mapping[str, Collection[str]]:
        taken, self.noted = self.noted, defaultdict(set)
        return taken

    def give_back(self, uses: Mapping[str, Collection[str]]) -> None:
        """Takes back what couldn't be stored."""
        for key_id, scopes in uses.items():
            self.noted[key_id].update(scopes)

    def note(self, key_id: str, scope: KeyScope | None) -> None:
        noted = self.noted[key_id]
        if scope is not None and scope not in noted:
            noted.add(scope)


def use_scope(uses: KeyUses, actor: Actor, scope: KeyScope | None) -> None:
    """Ensures that a narrowed secret key has the scope, and notes that it's used.

    Does nothing for a user. None stands for what no scope covers.
    """
    if actor.type is ActorType.SERVICE and actor.id:
        ensure_scope(actor, scope)
        uses.note(actor.id, scope)
