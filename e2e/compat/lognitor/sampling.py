"""Rates that the server sets and clears."""

import driver
import lognitor

lognitor.init(api_key=driver.key, api_url=driver.url + "/api/v1", service="sampled", flush_interval=60)
result = {}


def burst(name):
    lognitor.warn(f"{name} begins")
    lognitor.flush()
    for i in range(100):
        lognitor.debug(f"{name} debug")
        lognitor.info(f"{name} info")
    lognitor.flush()
    result[name] = lognitor._instance._sample_rates


burst("unset")
for step in ("set", "cleared"):
    driver.mark(step)
    driver.wait()
    burst(step)
driver.done(result)
