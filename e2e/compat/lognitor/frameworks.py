"""Request rows and errors of the integrations: Flask, FastAPI, and Django by way of the class that the guide shows. A batch is 25 rows."""

import driver

api = dict(api_key=driver.key, api_url=driver.url + "/api/v1", environment="production", version="3.0")
seen = {}


def with_flask():
    from flask import Flask
    from lognitor.integrations.flask import init_app

    app = Flask(__name__)
    client = init_app(app, service="flask-app", ignore_routes=["/health"], **api)

    @app.get("/users/<int:uid>")
    def user(uid):
        if uid == 13:
            raise RuntimeError("flask is broken")
        client.info("in flask", metadata={"uid": uid})
        return "ok"

    @app.get("/health")
    def health():
        return "ok"

    web = app.test_client()
    for uid in range(24):
        web.get(f"/users/{uid}")
    web.get("/health")
    web.get("/nowhere")
    client.flush()


def with_fastapi():
    from fastapi import FastAPI
    from fastapi.testclient import TestClient
    from lognitor.integrations.fastapi import LognitorMiddleware

    app = FastAPI()
    app.add_middleware(LognitorMiddleware, service="fastapi-app", **api)

    @app.get("/users/{uid}")
    async def user(uid: int):
        if uid == 13:
            raise RuntimeError("fastapi is broken")
        return {}

    web = TestClient(app, raise_server_exceptions=False)
    for uid in range(25):
        web.get(f"/users/{uid}")
    layer = app.middleware_stack
    while not isinstance(layer, LognitorMiddleware):
        layer = layer.app
    layer.client.flush()


def with_django():
    import django
    import lognitor
    from django.conf import settings
    from django.http import HttpResponse
    from django.urls import path
    from lognitor.integrations.django import LognitorMiddleware

    class Middleware(LognitorMiddleware):
        def __init__(self, get_response):
            super().__init__(get_response)
            self._client = lognitor.init(service="django-app", **api)
            self._start_flush_timer()

    def user(request, uid):
        if uid == 13:
            raise RuntimeError("django is broken")
        lognitor.info("in django", metadata={"uid": uid})
        return HttpResponse("ok")

    globals()["Middleware"] = Middleware
    globals()["urlpatterns"] = [path("users/<int:uid>", user)]
    settings.configure(
        SECRET_KEY="x",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[f"{__name__}.Middleware"],
        LOGNITOR={"api_key": "unused but required"},
        LOGGING_CONFIG=None,
    )
    django.setup()
    from django.test import Client

    web = Client(raise_request_exception=False)
    for uid in range(25):
        web.get(f"/users/{uid}")
    lognitor.flush()


with_flask()
with_fastapi()
with_django()
driver.done(seen)
