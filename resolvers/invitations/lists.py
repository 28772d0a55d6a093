"""Invitations: the lists of organizations and of invited people, and the emails that were sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, type_coerce
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import UTCDateTime
from models.database.statements import StatementValues, prepared_statement
from models.database.store import Readable
from models.invitations import PENDING, Invitation, InvitationStatus
from models.mail import Mail
from resolvers.lists.cursors import text_sort_key
from resolvers.lists.pages import load_rows
from resolvers.lists.specs import ListSpec, Search, Selection, SortKey

NAME = "invitations"
SORT_KEYS = {
    "CREATED_AT": None,
    "EMAIL_ADDRESS": SortKey(text_sort_key(col(Invitation.email_address))),
    "EXPIRES_AT": SortKey(type_coerce(col(Invitation.expires_at), UTCDateTime())),
}
SEARCH = Search(col(Invitation.search_text), col(Invitation.id))
INVITATIONS_OF_ORGANIZATION = ListSpec(
    NAME, Invitation, col(Invitation.organization_id), SORT_KEYS, SEARCH
)
INVITATIONS_OF_ADDRESS = ListSpec(NAME, Invitation, col(Invitation.address_key), SORT_KEYS, SEARCH)


@dataclass(frozen=True, slots=True)
class InvitationFilter(StatementValues):
    """Filters by the status that is shown, which depends on the time."""

    # Not compared: the lists of an operation are read together, although each reads the clock.
    now: datetime = field(compare=False)
    statuses: tuple[InvitationStatus, ...] | None = None
    # Whether a domain created them; None for both kinds.
    by_domain: bool | None = None
    address_keys: tuple[str, ...] | None = None
    # Only invitations to these organizations.
    within: tuple[str, ...] | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.statuses is not None:
            yield or_(false(), *map(self._has_status, self.statuses))
        if self.by_domain is not None:
            domain = col(Invitation.domain)
            yield domain.is_not(None) if self.by_domain else domain.is_(None)
        if self.address_keys is not None:
            yield col(Invitation.address_key).in_(self.address_keys)
        if self.within is not None:
            yield col(Invitation.organization_id).in_(self.within)

    def _has_status(self, status: InvitationStatus) -> ColumnElement[bool]:
        """Matches the status at this moment: a stored status does not say that time has run out."""
        is_stored = col(Invitation.status) == status.value
        is_pending = col(Invitation.status) == PENDING
        if status is InvitationStatus.PENDING:
            return and_(is_pending, col(Invitation.expires_at) > self.now)
        if status is InvitationStatus.EXPIRED:
            return or_(is_stored, and_(is_pending, col(Invitation.expires_at) <= self.now))
        return is_stored


def select_with_seats(now: datetime) -> Selection[Invitation]:
    """Selects the pending invitations that take a seat: those of domains take none yet."""
    pending = InvitationFilter(now, (InvitationStatus.PENDING,), by_domain=False)
    return Selection(INVITATIONS_OF_ORGANIZATION, pending)


async def load_last_mails(store: Readable, invitation_ids: Sequence[str]) -> Sequence[Mail | None]:
    """Loads the last email of each invitation.

    It is the one with the invitation's current ticket. IDs don't say, because they only sort by
    the millisecond.
    """
    rows = await load_rows(store, _select_last_mails(invitation_ids))
    mails = {row.invitation_id: row for row in rows}
    return [mails.get(invitation_id) for invitation_id in invitation_ids]


@prepared_statement
def _select_last_mails(invitation_ids: Sequence[str]) -> SelectOfScalar[Mail]:
    has_ticket = (col(Invitation.id) == col(Mail.invitation_id)) & (
        col(Invitation.nonce) == col(Mail.nonce)
    )
    mails = select(Mail).join(Invitation, has_ticket)
    return mails.where(col(Mail.invitation_id).in_(invitation_ids))
