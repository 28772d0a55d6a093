"""The application of a worker that serves its metrics and its health."""

from starlette.applications import Starlette

from server.delivery.worker import Worker
from server.http.middleware import Application, make_middleware
from server.http.monitoring import health, metrics
from server.observability.observer import Observer
from server.settings.settings import Settings


def make_worker_application(settings: Settings, observer: Observer, worker: Worker) -> Starlette:
    store = observer.server.store
    app = Application(
        routes=[*health.routes(store, worker.heartbeats), *metrics.routes(settings, observer)]
    )
    app.outer_middleware = make_middleware(settings)
    app.state.observer = observer
    app.router.redirect_slashes = False
    return app
