"""One way of failing, named by the argument `mode`, with the client's own retries."""

import threading
import time

import driver
import lognitor

mode = driver.args["mode"]
count = driver.args.get("count", 100)
lognitor.init(
    api_key=driver.args.get("key", driver.key),
    api_url=driver.url + "/api/v1",
    service="failing",
    flush_interval=60,
    max_queue_size=10_000,
    batch_size=driver.args.get("batch_size", 25),
)


def burst(prefix, total):
    for i in range(total):
        lognitor.info(f"{prefix}{i}", metadata={"n": i})
        time.sleep(driver.args.get("pause", 0))
        if i == 50:
            driver.mark("underway")


started = time.perf_counter()
if mode == "steady":
    burst("n", count)
elif mode == "threads":
    threads = [threading.Thread(target=burst, args=(f"t{t}-", count)) for t in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
elif mode == "key":
    burst("lost", 60)
    lognitor.reconfigure(api_key=driver.key)
    burst("n", count)
lognitor.flush()
seconds = time.perf_counter() - started
lognitor.shutdown()
driver.done({"left": lognitor._instance._batch_buffer.length, "seconds": seconds})
