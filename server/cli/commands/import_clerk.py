"""`tenantry import clerk`."""

from pathlib import Path
from typing import Annotated

import typer

from resolvers.importing.choices import Existing, Missing


def import_clerk(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="A folder with the pages of Clerk's Backend API, or the file of users that Clerk's"
            " dashboard exports."
        ),
    ] = None,
    api_url: Annotated[
        str | None,
        typer.Option(
            help="The https URL of a Backend API to read instead, such as https://api.clerk.com."
            " Set TENANTRY_IMPORT_SECRET_KEY to its secret key."
        ),
    ] = None,
    issuer: Annotated[
        str | None,
        typer.Option(help="The issuer of the users' tokens. Required if several are configured."),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Import everything in one transaction and undo it. The report is that of an"
            " import.",
        ),
    ] = False,
    missing: Annotated[
        Missing,
        typer.Option(
            help="What happens if a rule forbids a record: nothing is imported (`fail`), or it is"
            " left out (`skip`). With `create`, a user or a role that only memberships describe is"
            " created."
        ),
    ] = Missing.FAIL,
    existing: Annotated[
        Existing,
        typer.Option(
            help="What happens to a record that already exists here: it stays as it is (`skip`),"
            " it is updated (`update`), or it counts as refused (`fail`)."
        ),
    ] = Existing.SKIP,
    roles: Annotated[
        Path | None,
        typer.Option(
            help="A YAML file that names a role of this instance for roles of the source, such as"
            " `roles: {org:editor: org:member}`."
        ),
    ] = None,
    trust_verified: Annotated[
        bool,
        typer.Option(
            "--trust-verified",
            help="Import addresses and domains as verified if the source has verified them."
            " Otherwise, none of them is verified.",
        ),
    ] = False,
    events: Annotated[
        bool,
        typer.Option(
            help="Record an event for each object. With --no-events, every earlier cursor of the"
            " event log expires."
        ),
    ] = True,
    webhooks: Annotated[
        bool, typer.Option("--webhooks", help="Send the events to webhook endpoints.")
    ] = False,
    notify: Annotated[
        bool, typer.Option("--notify", help="Send the new link of each invitation by email.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Also write the report to this file, as CSV.")
    ] = None,
) -> None:
    """Import from Clerk.

    The folder has a file for each list, such as `organizations.json`, or its pages, such as
    `organizations/1.json` and `memberships/<organization>/1.json`. The lists are
    `organization_permissions`, `organization_roles`, `role_sets`, `users`, `organizations`,
    `memberships`, `invitations`, and `organization_domains`. A page is a response of the API.

    Clerk's IDs of users and organizations become their `externalId`. Pending invitations get new
    links. Passwords aren't imported. Each refused record is printed as `file:line code sentence`.

    Exit codes: 0 if nothing was refused, 2 if something was refused and nothing imported, and 3 if
    the rest was imported.

    An import that is repeated changes nothing, and one that was interrupted continues when it
    is started again. While records are checked before anything is imported, and during a dry run,
    other changes wait; reads don't.
    """
    from server.cli.files import importing

    with importing.open_clerk(path, api_url) as source:
        importing.import_source(
            source,
            importing.make_options(
                "clerk",
                issuer=issuer,
                roles=roles,
                missing=missing,
                existing=existing,
                trusts_verified=trust_verified,
                leaves_events=events,
                sends_webhooks=webhooks,
                sends_mail=notify,
            ),
            is_trial=dry_run,
            report_file=report,
        )
