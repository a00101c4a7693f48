"""Every public method of lognitor once."""

import logging
import threading

import driver
import lognitor
from lognitor import LogHandler, LognitorClient, LognitorConfig, MemoryTransport, UserContext

result = {"ids": {}}
tokens = driver.args["tokens"]
lognitor.info("before init", metadata={"early": True})


class Integration:
    name = "compat"

    def setup(self, client):
        result["integration"] = "setup"
        client.info("add_integration")

    def teardown(self):
        result["integration"] = "teardown"


def scrub(payload):
    if payload["message"] == "before_send drops":
        return None
    if payload["message"] == "before_send changes":
        payload["metadata"] = {"changed": True}
    return payload


lognitor.init(
    api_key=driver.key,
    api_url=driver.url + "/api/v1/",
    service="shop",
    environment="production",
    version="1.2.0",
    before_send=scrub,
    redact_patterns=["email", "creditCard"],
    capture_caller_info=True,
    auto_truncate=True,
    integrations=[Integration()],
)
ids = result["ids"]
ids["debug"] = lognitor.debug("debug", metadata={"n": 1, "f": 1.5, "yes": True, "none": None, "deep": {"list": [1, "a"]}})
ids["info"] = lognitor.info("info")
ids["warn"] = lognitor.warn("warn", tags=["slow"])
ids["error"] = lognitor.error("error", error=ValueError("never raised"))
ids["fatal"] = lognitor.fatal("fatal", error={"type": "Custom", "message": "made by hand"})
ids["log"] = lognitor.log("info", "log")
ids["bad level"] = lognitor.log("loud", "no such level")
lognitor.add_integration(Integration())
lognitor.info(
    "all options",
    metadata={"order_id": 42},
    tags=["a", "b"],
    user={"id": 7, "email": "anna@example.org", "plan": "pro"},
    request={"method": "GET", "url": "https://shop.example/pay?token=geheim&q=1", "path": "/pay", "status_code": 200, "duration_ms": 12.5},
    perf={"duration_ms": 3.25, "memory_mb": 100},
    deploy={"commit": "abc"},
    trace={"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"},
    action="pay",
    session_id="s-1",
    request_id="r-1",
    release_id="rel-by-hand",
    fingerprint="my own",
    breadcrumbs=[{"type": "x", "message": "given"}],
    notify=True,
    notify_channels=["slack"],
    source="here.py:1",
    device={"os": "linux"},
)
lognitor.info("odd values", metadata={"nan": float("nan"), "inf": float("inf"), "nul": "a\x00b", "__proto__": {"x": 1}}, user={"id": 12.5})
lognitor.info(None)
lognitor.info("redact anna@example.org 4111 1111 1111 1111")
lognitor.info("before_send drops")
lognitor.info("before_send changes")
lognitor.info("long", metadata={"list": ["x" * 100] * 4000})

lognitor.add_breadcrumb(type="http", category="api", message="GET /users 200", level="info", data={"url": "https://api.example/u?token=geheim&q=1"})


def charge(order):
    raise ValueError(f"Card declined for order {order}")


def failing(order):
    try:
        charge(order)
    except ValueError as error:
        return error


ids["capture_exception"] = lognitor.capture_exception(failing(42), metadata={"order_id": 42}, tags=["payment"])
for order in (43, 44, 45):
    lognitor.capture_exception(failing(order))

lognitor.set_user(UserContext(id="u-1", email="u@example.org", name="Anna"))
lognitor.set_context({"region": "eu"})
lognitor.set_tags(["global"])
lognitor.set_session("sess-9")
lognitor.info("with context", metadata={"own": 1}, tags=["own"])
child = lognitor.child(service="worker", version="9", metadata={"job": 5}, tags=["child"])
child.info("child")
lognitor.clear_user()
lognitor.info("clear_user")

lognitor.start_timer().end("start_timer")


@lognitor.timed("timed")
def quick():
    return 5


@lognitor.timed("timed failing")
def broken():
    raise KeyError("lost")


result["timed"] = quick()
try:
    broken()
except KeyError as error:
    result["timed_error"] = repr(error)

handler = LogHandler(lognitor._instance, level=logging.DEBUG)
log = logging.getLogger("compat")
log.setLevel(logging.DEBUG)
log.addHandler(handler)
log.propagate = False
log.warning("logging %s", "warning")
log.critical("logging critical")
try:
    {}["k"]
except KeyError:
    log.exception("logging exception")

lognitor.pause()
for i in range(30):
    lognitor.info(f"paused {i}")
result["paused"] = lognitor._instance._batch_buffer.length
lognitor.resume()
lognitor.flush()

lognitor.heartbeat(tokens["ping"]).ping()
result["wrap"] = lognitor.heartbeat(tokens["wrap"]).wrap(lambda a, b: a + b, 2, b=3)


@lognitor.heartbeat(tokens["decorator"])
def job():
    return "done"


result["decorator"] = job()
def job_that_fails():
    raise OSError("the job failed")


try:
    lognitor.heartbeat(tokens["failing"]).wrap(job_that_fails)
except OSError:
    result["wrap_raises"] = True
lognitor.heartbeat("unknown-token").ping()
lognitor.submit_feedback("an id nobody knows", "The button does nothing", name="Bea", email="bea@example.org", url="https://shop.example/cart")
result["release"] = lognitor.register_release(
    "2.1.0", commit_hash="abc123", branch="main", deployed_by="ci", deploy_url="https://ci.example/1", changelog="Fixes", services=["shop"]
)
result["release_again"] = lognitor.register_release("2.1.0")
lognitor.info("after release")

lognitor.send_request_logs([{"method": "GET", "path": "/orders/17", "status_code": 200, "duration_ms": 12.5, "request_id": "row-1", "service": "shop"}])

memory = MemoryTransport()
LognitorClient(LognitorConfig(api_key="x", api_url=driver.url, transport=memory)).info("kept in memory")


def in_thread():
    raise RuntimeError("uncaught in a thread")


thread = threading.Thread(target=in_thread)
thread.start()
thread.join()
lognitor.reconfigure(service="renamed", min_level="warn")
lognitor.info("below min_level")
lognitor.warn("reconfigure")
lognitor.flush()
driver.done(result)
# What is waiting is sent by the exit hook, with the count of the repeats; before it, this is caught by the hook for uncaught errors.
raise RuntimeError("uncaught at the end")
