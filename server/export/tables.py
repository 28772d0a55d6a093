"""What an export contains, table by table, and what is only in an export with secrets.

Every table must be in one of these lists, and every column belongs to its table unless it is in
`SECRET_COLUMNS`. Add a column there if it holds a secret, or something that is derived from one.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Table, false, or_, select, true
from sqlmodel import col

from models.database.tables import metadata
from models.images import Image
from models.organizations import Organization
from models.stripe import StripeCustomer, StripeSubscription

# A new database has rows in these tables already. An import replaces them.
FILLED_BY_MIGRATIONS = (
    "instance",
    "permission",
    "role",
    "role_permission",
    "role_set",
    "role_set_role",
)
# The tables that belong to the whole instance, and that every organization needs.
MODEL = (*FILLED_BY_MIGRATIONS, "deleted_role", "feature", "plan", "plan_feature")
DATA = (
    "user",
    "image",
    "organization",
    "membership",
    "invitation",
    "mail",
    "organization_domain",
    "domain_claim",
    "domain_enrollment",
    "organization_suggestion",
    "membership_request",
    "session",
    "event",
    "webhook_endpoint",
    "webhook_delivery",
    "plan_subscription",
    "stripe_event",
    "stripe_customer",
    "stripe_subscription",
)
# Only in an export with secrets: what gives access, and answers that can contain such things.
SECRET_TABLES = (
    "api_key",
    "api_key_permission",
    "idempotent_answer",
    "secret_key",
    "signing_key",
    "ticket_key",
)
SECRET_COLUMNS = {"webhook_endpoint": ("secret", "previous_secret", "previous_signs_until")}


def _sort(names: Sequence[str]) -> list[Table]:
    """Lists tables so that each comes after those that it refers to."""
    return [table for table in metadata.sorted_tables if table.name in names]


PLAIN_TABLES = _sort((*MODEL, *DATA))
TABLES_WITH_SECRETS = _sort((*SECRET_TABLES, *SECRET_COLUMNS))


def belongs_to(table: Table, organization_ids: Sequence[str] | None) -> ColumnElement[bool]:
    """Whether a row is in the export of these organizations; None stands for the whole instance.

    An organization takes its users along, but not their sessions or their own subscriptions.
    Webhook endpoints belong to the instance.
    """
    if organization_ids is None or table.name in MODEL:
        return true()
    if table.name == "organization":
        return col(Organization.id).in_(organization_ids)
    if "organization_id" in table.c:
        return table.c.organization_id.in_(organization_ids)
    if table.name == "user":
        return _is_known_to(table, organization_ids)
    if table.name == "image":
        logos = select(col(Organization.image_url)).where(
            col(Organization.id).in_(organization_ids)
        )
        return col(Image.url).in_(logos)
    if table.name == "stripe_subscription":
        own = col(StripeCustomer.organization_id).in_(organization_ids)
        return col(StripeSubscription.customer_id).in_(select(col(StripeCustomer.id)).where(own))
    return false()


def _is_known_to(users: Table, organization_ids: Sequence[str]) -> ColumnElement[bool]:
    """Whether a row of these organizations refers to the user."""
    references = [
        (table, key.parent)
        for table in PLAIN_TABLES
        if table.name == "organization" or "organization_id" in table.c
        for key in table.foreign_keys
        if key.column.table is users
    ]
    return or_(
        *(
            users.c.id.in_(select(column).where(belongs_to(table, organization_ids)))
            for table, column in references
        )
    )
