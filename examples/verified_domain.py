"""Proves a domain by DNS: TENANTRY_KEY=sk_… python examples/verified_domain.py --organization org_… --name acme.com"""

import argparse
import asyncio
import logging
import os
import sys
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport

PROOF = """
fragment Proof on OrganizationDomain { id ownership { status txtRecordName txtRecordValue } }"""
FIND = (
    """query($organization: ID!, $name: String!) {
  domains(organizationId: $organization, names: [$name]) { nodes { ...Proof } }
}"""
    + PROOF
)
CREATE = (
    """mutation($organization: ID!, $name: String!) {
  createDomain(input: { organizationId: $organization, name: $name }) {
    domain { ...Proof } userErrors { code message }
  }
}"""
    + PROOF
)
PREPARE = (
    """mutation($organization: ID!, $id: ID!) {
  prepareDomainOwnership(input: { organizationId: $organization, domainId: $id }) {
    domain { ...Proof } userErrors { code message }
  }
}"""
    + PROOF
)
ATTEMPT = PREPARE.replace("prepareDomainOwnership", "attemptDomainOwnership")
# A later attempt can succeed: the record isn't visible yet, or no name server has answered.
RETRIED = {"domain_record_not_found", "RATE_LIMITED", "UNAVAILABLE"}

log = logging.getLogger("verified_domain")


class Refused(Exception):
    """An error of the API: its code and its message."""


async def send(session: AsyncClientSession, document: str, **variables: str) -> Any:
    try:
        (answer,) = (await session.execute(GraphQLRequest(document, variable_values=variables))).values()
    except TransportQueryError as failure:
        error = (failure.errors or [{}])[0]
        raise Refused(error["extensions"]["code"], error["message"]) from None
    for error in answer.get("userErrors", ()):
        raise Refused(error["code"], error["message"])
    return answer


async def find_or_create(session: AsyncClientSession, organization: str, name: str) -> Any:
    """Continues with the domain and the record of an earlier run: preparing again would replace the record."""
    found = (await send(session, FIND, organization=organization, name=name))["nodes"]
    domain = found[0] if found else (await send(session, CREATE, organization=organization, name=name))["domain"]
    if domain["ownership"] and domain["ownership"]["status"] in ("UNVERIFIED", "VERIFIED"):
        return domain
    return (await send(session, PREPARE, organization=organization, id=domain["id"]))["domain"]


async def prove(session: AsyncClientSession, organization: str, name: str, pause: float) -> None:
    domain = await find_or_create(session, organization, name)
    if domain["ownership"]["status"] != "VERIFIED":
        record = domain["ownership"]
        log.info("publish this TXT record: %s %s", record["txtRecordName"], record["txtRecordValue"])
    while domain["ownership"]["status"] != "VERIFIED":
        await asyncio.sleep(pause)
        try:
            domain = (await send(session, ATTEMPT, organization=organization, id=domain["id"]))["domain"]
        except Refused as error:
            if error.args[0] not in RETRIED:
                raise
            log.info("not yet: %s", error.args[1])
    log.info("%s is verified", name)


async def run(given: argparse.Namespace, key: str) -> None:
    url, credential = f"{given.url.rstrip('/')}/graphql", {"authorization": f"Bearer {key}"}
    async with Client(transport=HTTPXAsyncTransport(url, headers=credential)) as session:
        await prove(session, given.organization, given.name, given.pause)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where Tenantry is")
    parser.add_argument("--organization", required=True, help="the ID of the organization")
    parser.add_argument("--name", required=True, help="the domain, in lowercase ASCII")
    parser.add_argument("--pause", type=float, default=30.0, help="seconds between two attempts, at least 5")
    given = parser.parse_args()
    key = os.environ.get("TENANTRY_KEY") or parser.error("set TENANTRY_KEY to a secret key")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    log.setLevel(logging.INFO)
    try:
        asyncio.run(run(given, key))
    except Refused as error:
        sys.exit(": ".join(error.args))


if __name__ == "__main__":
    main()
