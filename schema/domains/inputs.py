"""The inputs of the mutations of domains."""

import strawberry

from schema.domains.enums import EnrollmentMode


@strawberry.input(description="A domain to add to an organization.")
class CreateDomainInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that gets the domain."
    )
    name: str = strawberry.field(
        description="The name of the domain, such as `acme.com`. Public email providers, providers"
        " of disposable addresses, and suffixes such as `co.uk` are rejected."
    )
    enrollment_mode: EnrollmentMode = strawberry.field(
        description="What the domain does for users with a verified address at it. Any mode but the"
        " default needs a verified domain.",
        default=EnrollmentMode.MANUAL_INVITATION,
    )
    verified: bool = strawberry.field(
        description="Whether the domain is verified without a proof. Requires a secret key.",
        default=False,
    )


@strawberry.input(description="A domain of an organization.")
class DomainRefInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that the domain belongs to."
    )
    domain_id: strawberry.ID = strawberry.field(description="ID of the domain.")


@strawberry.input(description="The address that gets a code.")
class PrepareDomainAffiliationInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that wants to verify the domain."
    )
    domain_id: strawberry.ID = strawberry.field(description="ID of the domain to verify.")
    affiliation_email_address: str = strawberry.field(
        description="An email address at the domain itself. No code is sent if the caller's own"
        " verified address is at the domain: then the domain is verified at once."
    )


@strawberry.input(description="The code from the email.")
class AttemptDomainAffiliationInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that the code was sent for."
    )
    domain_id: strawberry.ID = strawberry.field(
        description="ID of the domain that the code was sent for."
    )
    code: str = strawberry.field(description="The six digits from the email.")


@strawberry.input(description="A domain to verify without a proof.")
class VerifyDomainInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that becomes the owner of the domain."
    )
    domain_id: strawberry.ID = strawberry.field(
        description="ID of the domain to verify without a proof."
    )
    take_over: bool = strawberry.field(
        description="Whether to take the name from an organization that has proven its ownership."
        " One that has only used a code loses it in any case.",
        default=False,
    )


@strawberry.input(description="The new enrollment mode of a domain.")
class UpdateDomainEnrollmentInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization whose domain to change."
    )
    domain_id: strawberry.ID = strawberry.field(description="ID of the domain to change.")
    enrollment_mode: EnrollmentMode = strawberry.field(
        description="What the domain does from now on. Existing users are enrolled within seconds,"
        " each at most once."
    )
    delete_pending: bool = strawberry.field(
        description="Whether to revoke the pending invitations and delete the pending suggestions"
        " that the domain created.",
        default=False,
    )
