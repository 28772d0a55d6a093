"""Membership requests and suggestions: the lists of organizations and of users."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col

from models.database.statements import StatementValues
from models.membership_requests import MembershipRequest, OrganizationSuggestion
from resolvers.lists.specs import ListSpec

REQUESTS = "membership-requests"
REQUESTS_OF_ORGANIZATION = ListSpec(
    REQUESTS, MembershipRequest, col(MembershipRequest.organization_id)
)
REQUESTS_OF_USER = ListSpec(REQUESTS, MembershipRequest, col(MembershipRequest.user_id))
SUGGESTIONS_OF_USER = ListSpec(
    "suggestions", OrganizationSuggestion, col(OrganizationSuggestion.user_id)
)


@dataclass(frozen=True, slots=True)
class RequestFilter(StatementValues):
    statuses: tuple[str, ...] | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.statuses is not None:
            yield col(MembershipRequest.status).in_(self.statuses)


@dataclass(frozen=True, slots=True)
class SuggestionFilter(StatementValues):
    # That of the user's verified address: suggestions of another one aren't shown.
    domain: str
    statuses: tuple[str, ...] | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        yield col(OrganizationSuggestion.domain) == self.domain
        if self.statuses is not None:
            yield col(OrganizationSuggestion.status).in_(self.statuses)
