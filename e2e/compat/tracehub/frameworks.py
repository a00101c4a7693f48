"""Trace ids of the integrations: Flask, FastAPI, Django."""

import driver
from tracehub import TraceHubLogger

logger = TraceHubLogger(api_key=driver.key, service="web", environment="production", endpoint=driver.url, dlq_path="dlq")
result = {}


def with_flask():
    from flask import Flask
    from tracehub.integrations.flask import init_tracehub

    app = Flask(__name__)
    init_tracehub(app)

    @app.get("/shop")
    def shop():
        logger.info("flask")
        logger.warn("flask again")
        return "ok"

    @app.get("/broken")
    def broken():
        logger.info("flask given")
        raise RuntimeError("no")

    client = app.test_client()
    result["flask"] = client.get("/shop").headers["X-Trace-ID"]
    result["flask_given"] = client.get("/broken", headers={"X-Trace-ID": "given by flask"}).headers["X-Trace-ID"]


def with_fastapi():
    from fastapi import FastAPI
    from fastapi.testclient import TestClient
    from tracehub.integrations.fastapi import TraceHubMiddleware

    app = FastAPI()
    app.add_middleware(TraceHubMiddleware)

    @app.get("/shop")
    async def shop():
        logger.info("fastapi")
        return {}

    result["fastapi"] = TestClient(app).get("/shop", headers={"X-Trace-ID": "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"}).headers["X-Trace-ID"]


def with_django():
    import django
    from django.conf import settings
    from django.http import HttpResponse
    from django.urls import path

    def shop(request):
        logger.info("django")
        return HttpResponse("ok")

    settings.configure(SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=["tracehub.integrations.django.TraceHubMiddleware"])
    globals()["urlpatterns"] = [path("shop", shop)]
    django.setup()
    from django.test import Client

    result["django"] = Client().get("/shop").headers["X-Trace-ID"]


with_flask()
with_fastapi()
with_django()
logger.info("outside")
logger.flush()
driver.done(result)
