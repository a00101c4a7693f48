"""Every public method of tracehub-logger once."""

import driver
import tracehub
from tracehub import TraceHubConfigError, TraceHubLogger

result = {}


def make(service="billing", **options):
    return TraceHubLogger(api_key=driver.key, service=service, environment="production", endpoint=driver.url, dlq_path="dlq", **options)


def charge(text):
    return int(text)


logger = make()
logger.debug("debug", module="db", extra={"n": 1, "f": 1.5, "yes": True, "none": None, "deep": {"list": [1, "a"]}, "ä🌲": "ö"})
logger.info("info", module="auth")
logger.warn("warn", extra={"ms": 812})
logger.error("error plain", module="pay", extra={"order": "A-1"})
logger.fatal("fatal plain")
try:
    charge("x")
except ValueError as error:
    logger.error("exc_info", exc_info=True)
    caught = error
logger.error("exception", exception=caught, module="pricing")
logger.fatal("fatal exception", exception=caught)
logger.error("error_message", exception=caught, error_message="said by the caller")
logger.error("stack_trace", stack_trace="at nowhere", error_message="by hand")
logger.error("exc_info without one", exc_info=True)
for i in range(120):
    logger.info("equal")
for i in range(120):
    logger.info(f"order {i}")
logger.flush()

plain = make(service="no gzip", compress=False)
plain.info("compress off", extra={"nan": float("nan"), "inf": float("inf")})
plain.info(None)
plain.info(42)
plain.info("nul \x00 and surrogate \ud800")
plain.flush()
plain.close()

tracehub.DEFAULT_ENDPOINT = driver.url + "/"
default = TraceHubLogger(api_key=driver.key, service="default endpoint", environment="", dlq_path="dlq")
default.info("default endpoint")
default.close()

timer = make(service="timer", batch_size=5, flush_interval=60)
for i in range(5):
    timer.info(f"size trigger {i}")
soon = make(service="timer", flush_interval=0.1)
soon.info("time trigger")
try:
    TraceHubLogger(api_key="", service="x", environment="y")
except TraceHubConfigError as error:
    result["config_error"] = str(error)
driver.mark("triggers")
driver.wait()

last = make(service="exit")
last.info("sent by the exit hook")
driver.done(result)
