"""Traces: from a request to its statements and sends, without values, and only if wanted."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from server.delivery.worker import make_worker
from server.observability.tracing import Tracing
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import Api, test_issuer
from tests.support.application import make_application
from tests.support.data.factories import Acme
from tests.support.http import ONLY_SQLITE

ADDRESS = "mallory.secret@example.com"
TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def trace(api: Api, *, trusts_traceparent: bool = False) -> InMemorySpanExporter:
    """Serves the same store with an application that traces."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    chosen = settings(env=Environment.DEVELOPMENT, identity_issuers=(test_issuer(),))
    tracing = Tracing(provider, trusts_traceparent)
    app = make_application(chosen, store=api.store, clock=api.clock, tracing=tracing)
    api.app = app
    api.client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000"
    )
    return exporter


def path_of(span: ReadableSpan, spans: dict[int, ReadableSpan]) -> list[str]:
    names = [span.name]
    while span.parent and span.parent.span_id in spans:
        span = spans[span.parent.span_id]
        names.insert(0, span.name)
    return names


async def invite(api: Api, acme: Acme) -> str:
    answer = await api.mutate(
        "createInvitation",
        {"organizationId": acme.id, "emailAddress": ADDRESS, "role": "org:member"},
        "invitation { id }",
        by=acme.admin,
    )
    return answer.payload["invitation"]["id"]


async def test_a_trace_leads_from_the_request_to_its_statements_and_to_the_email(
    api: Api, acme: Acme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    exporter = trace(api)
    invitation_id = await invite(api, acme)
    spans = {span.context.span_id: span for span in exporter.get_finished_spans() if span.context}
    paths = [path_of(span, spans) for span in spans.values()]
    field = ["POST", "mutation", "Mutation.createInvitation", "transaction"]
    assert field in paths
    assert [*field, "INSERT"] in paths
    transaction = next(span for span in spans.values() if span.name == "transaction")
    assert invitation_id in (transaction.attributes or {})["tenantry.object.ids"]  # pyright: ignore[reportOperatorIssue]
    exporter.clear()

    worker = make_worker(settings(env=Environment.DEVELOPMENT), api.server, api.app.state.observer)
    assert await worker.mail.deliver() == 1

    (send,) = [span for span in exporter.get_finished_spans() if span.name == "send mail"]
    assert (send.attributes or {})["tenantry.invitation.id"] == invitation_id
    texts = "".join(span.to_json() for span in [*spans.values(), *exporter.get_finished_spans()])
    for secret in (ADDRESS, acme.admin.email, (acme.admin.authorization or "")[7:]):
        assert secret not in texts


async def test_a_failure_leaves_its_type_and_not_its_message(api: Api, acme: Acme) -> None:
    exporter = trace(api)
    await api.mutate(
        "updateOrganization", {"organizationId": acme.id, "slug": ADDRESS}, by=acme.admin
    )

    failed = [span for span in exporter.get_finished_spans() if not span.status.is_ok and span.attributes and "error.type" in span.attributes]  # fmt: skip
    assert {span.name for span in failed} == {"transaction", "Mutation.updateOrganization"}
    assert [span.events for span in failed if span.events] == []
    assert ADDRESS not in "".join(span.to_json() for span in failed)


@ONLY_SQLITE
@pytest.mark.parametrize("trusts_traceparent", [True, False])
async def test_a_request_continues_a_trace_only_if_the_operator_says_so(
    api: Api, trusts_traceparent: bool
) -> None:
    exporter = trace(api, trusts_traceparent=trusts_traceparent)
    await api.client.get("/nothing", headers={"traceparent": TRACEPARENT})
    for path in ("/healthz", "/readyz", "/metrics"):
        await api.client.get(path, headers={"traceparent": TRACEPARENT})

    (span,) = exporter.get_finished_spans()
    assert span.context
    assert (f"{span.context.trace_id:032x}" == TRACE) is trusts_traceparent


@pytest.mark.slow
def test_a_server_imports_nothing_of_opentelemetry_without_an_exporter_nor_of_other_commands() -> (
    None
):
    code = (
        "import sys; from server.cli.commands.serve import import_structlog_alone;"
        "import_structlog_alone(); import server.cli.runtime.production;"
        "from server.observability.tracing import make_tracing;"
        "assert make_tracing(trusts_traceparent=True) is None;"
        "others = ('opentelemetry', 'rich', 'httpx', 'server.development.demo_company');"
        "print([name for name in others if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={})

    assert (result.stdout, result.stderr) == ("[]\n", "")


def test_an_exporter_is_configured_by_the_standard_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from server.observability.tracing import make_tracing

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    tracing = make_tracing(trusts_traceparent=False)
    assert tracing
    tracing.shut_down()
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert make_tracing(trusts_traceparent=False) is None
