"""Every public method of timberlogs-client once."""

import asyncio
import json
from datetime import datetime, timezone

import driver
import timberlogs.client
from timberlogs import (
    IngestRawOptions,
    LogEntry,
    LogOptions,
    TimberlogsClient,
    TimberlogsConfig,
    ValidationError,
    create_timberlogs,
)

timberlogs.client.LOGS_ENDPOINT = driver.url + "/v1/logs"
timberlogs.client.FLOWS_ENDPOINT = driver.url + "/v1/flows"
result = {"errors": []}


def make(**options):
    defaults = dict(
        source="checkout-api",
        environment="production",
        api_key=driver.key,
        flush_interval=0,
        on_error=lambda error: result["errors"].append(str(error)),
    )
    return create_timberlogs(**{**defaults, **options})


def raised(message):
    try:
        try:
            {}["order"]
        except KeyError as cause:
            raise ValueError(message) from cause
    except ValueError as error:
        return error


client = make(version="1.2.0", dataset="orders")
client.debug("debug", {"n": 1, "deep": {"yes": True, "list": [1, "a"], "none": None}}).info("info").warn("warn", {"ms": 812}, LogOptions(tags=["db", "slow"]))
client.error("error with data", {"code": "E1"}).error("error with exception", raised("card declined"), LogOptions(tags=["pay"]))
client.log(
    LogEntry(
        level="warn",
        message="log",
        data={"big": 2**40, "text": "ä🌲"},
        user_id="u1",
        session_id="s1",
        request_id="r1",
        error_name="Oops",
        error_stack="Oops: at x",
        tags=["t"],
        flow_id="manual-1",
        step_index=3,
        dataset="audit",
        ip_address="192.0.2.7",
        country="DE",
    )
)
client.flush()

client.set_user_id("u2").set_session_id("s2").info("set_user_id set_session_id")
client.log(LogEntry(level="info", message="entry ids win", user_id="own"))
client.set_user_id(None).set_session_id(None).info("cleared ids")
flow = client.flow("checkout")
flow.debug("flow debug").info("flow info", {"a": 1}).warn("flow warn", None, LogOptions(tags=["f"])).error("flow error", raised("flow broke"))
result["flow"] = {"id": flow.id, "name": flow.name}
client.flush()

quiet = make(min_level="warn")
quiet.info("below min_level")
quiet.warn("at min_level")
result["should_log"] = [quiet.should_log("info"), quiet.should_log("error")]
thin = quiet.flow("thin")
thin.info("takes no step").warn("first step").error("second step")
result["thin"] = thin.id
quiet.disconnect()
quiet.warn("after disconnect")

for i in range(25):
    client.info(f"batch {i}")
client.flush()

raw = {
    "json": json.dumps({"logs": [{"level": "warn", "message": "raw json", "source": "own", "data": {"x": 1}}]}),
    "jsonl": '{"level":"info","message":"raw jsonl"}\n{"level":"error","message":"raw jsonl 2"}\n',
    "syslog": "<165>1 2024-01-15T10:30:00.000Z myhost api 1234 - - raw syslog",
    "text": "2024-01-15 10:30:00 ERROR raw text",
    "csv": "level,message,order\nerror,raw csv,A-1\n",
    "obl": json.dumps({"format": "open-board-log-0.1", "user_id": "u", "source": "board", "sessions": [{"id": "s", "type": "log", "events": [{"id": "e", "timestamp": datetime.now(timezone.utc).isoformat(), "type": "note", "text": "raw obl"}]}]}),
}
for name, body in raw.items():
    result.setdefault("raw", {})[name] = client.ingest_raw(body, name, IngestRawOptions(source="raw source", environment="staging", level="debug", dataset="raw"))

with make(source="with block") as scoped:
    scoped.info("context manager")
TimberlogsClient(TimberlogsConfig(source="plain", environment="development", api_key=driver.key)).info("config").disconnect()

refused = []
for build in (lambda: client.info(""), lambda: client.log(LogEntry(level="info", message="x", step_index=1001)), lambda: client.info("x", None, LogOptions(tags=["t"] * 21))):
    try:
        build()
    except ValidationError as error:
        refused.append(str(error))
result["refused"] = refused


async def with_async():
    async with make(source="async") as client:
        flow = await client.flow_async("Zahlung & Versand/ö")
        flow.info("async flow one").info("async flow two")
        long = await client.flow_async("n" * 80)
        long.info("long flow")
        result["async_flow"] = {"id": flow.id, "name": flow.name, "long": long.id}
        await client.flush_async()
        await client.ingest_raw_async('{"message":"raw async"}', "jsonl")
        client.info("async context manager")
    other = make(source="async")
    other.info("disconnect_async")
    await other.disconnect_async()


asyncio.run(with_async())

timer = make(flush_interval=0.2)
timer.info("sent by the timer")
driver.mark("timer")
driver.wait()
client.disconnect()
driver.done(result)
