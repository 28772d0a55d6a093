# Django has no types of its own.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportDeprecated=false
"""A middleware and a decorator for Django, for synchronous and asynchronous views.

MIDDLEWARE = [..., "tenantry_auth.django.tenantry_middleware"]
TENANTRY_URL = "https://tenantry.example.com"
TENANTRY_AUTHORIZED_PARTIES = ["https://app.example.com"]
TENANTRY_SECRET_KEY = os.environ["TENANTRY_SECRET_KEY"]  # for `organization`
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from asgiref.sync import async_to_sync, iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.decorators import sync_and_async_middleware

from tenantry_auth.auth import Auth
from tenantry_auth.guard import Refusal, Requirement, judge
from tenantry_auth.tenantry import Tenantry

View = Callable[..., Any]


class AuthRequest(HttpRequest):
    """A request as views see it, for their annotations."""

    auth: Auth


@lru_cache(maxsize=1)
def get_tenantry() -> Tenantry:
    """The one of the settings."""
    return Tenantry(
        settings.TENANTRY_URL,
        settings.TENANTRY_AUTHORIZED_PARTIES,
        getattr(settings, "TENANTRY_SECRET_KEY", None),
    )


@sync_and_async_middleware
def tenantry_middleware(get_response: View) -> View:
    """Sets `request.auth`. It lets everybody pass: `require` and your code decide."""
    tenantry = get_tenantry()
    if iscoroutinefunction(get_response):

        async def answer_async(request: Any) -> Any:
            request.auth = await tenantry.authenticate(request)
            return await get_response(request)

        return answer_async

    def answer(request: Any) -> Any:
        request.auth = async_to_sync(tenantry.authenticate)(request)
        return get_response(request)

    return answer


def require(
    *,
    role: str | None = None,
    permission: str | None = None,
    feature: str | None = None,
    plan: str | None = None,
    organization: str | None = None,
) -> Callable[[View], View]:
    """Lets callers into a view, and sets `request.auth` for the organization of the URL.

    `organization` is the name of the path parameter with its slug or ID. Others get
    401, 403, or, for an organization that they aren't members of, 404.
    """
    required = Requirement(role, permission, feature, plan, organization)

    async def authenticate(request: Any, path: dict[str, Any]) -> Auth:
        slug = str(path[organization]) if organization else None
        return await get_tenantry().authenticate(request, organization=slug)

    def decorate(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def answer_async(request: Any, *given: Any, **path: Any) -> Any:
                request.auth = await authenticate(request, path)
                refusal = judge(request.auth, required)
                return refuse(refusal) if refusal else await view(request, *given, **path)

            return answer_async

        @wraps(view)
        def answer(request: Any, *given: Any, **path: Any) -> Any:
            request.auth = async_to_sync(authenticate)(request, path)
            refusal = judge(request.auth, required)
            return refuse(refusal) if refusal else view(request, *given, **path)

        return answer

    return decorate


def refuse(refusal: Refusal) -> JsonResponse:
    error = {"code": refusal.code, "message": refusal.message}
    return JsonResponse({"errors": [error]}, status=refusal.status, headers=refusal.headers)
