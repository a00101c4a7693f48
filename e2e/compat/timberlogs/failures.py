"""One way of failing, named by the argument `mode`, with the client's own retries."""

import threading
import time

import driver
import timberlogs.client
from timberlogs import create_timberlogs

timberlogs.client.LOGS_ENDPOINT = driver.url + "/v1/logs"
errors = []
client = create_timberlogs(
    source="failing",
    environment="production",
    api_key=driver.args.get("key", driver.key),
    flush_interval=0,
    on_error=lambda error: errors.append(str(error)),
    initial_delay_ms=driver.args.get("delay", 100),
)
mode = driver.args["mode"]
count = driver.args.get("count", 30)

started = time.perf_counter()
if mode == "steady":
    # A little every few milliseconds, so that the server is under load when it goes.
    for i in range(count):
        client.info(f"n{i}", {"n": i})
        time.sleep(driver.args.get("pause", 0))
        if i == 50:
            driver.mark("underway")
elif mode == "threads":
    def work(thread):
        for i in range(count):
            client.info(f"t{thread}-{i}")

    threads = [threading.Thread(target=work, args=(t,)) for t in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
elif mode == "timeout":
    # Its limit is 30 s; a test has not that long.
    client._http_client.timeout = 1.0
    driver.mark("ready")
    driver.wait()
    for i in range(9):
        client.info(f"n{i}", {"n": i})
    client.info("n9", {"n": 9})
elif mode == "outage":
    for i in range(count):
        client._queue.append(client._build_log_payload(timberlogs.LogEntry(level="info", message=f"n{i}", data={"n": i})))
    client.flush()
    queued = len(client._queue)
    driver.mark("queued")
    driver.wait()
    if "right_key" in driver.args:
        client._config.api_key = driver.args["right_key"]
    client.info("later")
client.flush()
seconds = time.perf_counter() - started
left = len(client._queue)
client.disconnect()
driver.done({"errors": errors, "left": left, "queued": locals().get("queued", 0), "seconds": seconds})
