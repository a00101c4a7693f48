"""One way of failing, named by the argument `mode`, with the client's own retries."""

import os
import time

import driver
from tracehub import TraceHubLogger

mode = driver.args["mode"]
count = driver.args.get("count", 100)
logger = TraceHubLogger(
    api_key=driver.args.get("key", driver.key),
    service="failing",
    environment="production",
    endpoint=driver.url,
    flush_interval=60,
    # Only `flush` sends in steady work, so that its worker holds nothing when the program ends.
    batch_size=driver.args.get("batch_size", 20) if mode == "burst" else 1000,
    timeout=driver.args.get("timeout", 10.0),
    dlq_path=os.path.abspath("dlq"),
)
started = time.perf_counter()
if mode == "steady":
    for i in range(count):
        logger.info(f"n{i}", extra={"n": i})
        time.sleep(driver.args.get("pause", 0))
        if i == 50:
            driver.mark("underway")
        if i % 20 == 19:
            logger.flush()
elif mode == "timeout":
    driver.mark("ready")
    driver.wait()
    for i in range(20):
        logger.info("equal")
elif mode == "burst":
    for i in range(count):
        logger.info(f"n{i}", extra={"n": i})
logger.flush()
seconds = time.perf_counter() - started
if mode != "burst":
    logger.close()
driver.done({"seconds": seconds, "dead": sorted(os.path.abspath(os.path.join("dlq", name)) for name in os.listdir("dlq"))})
