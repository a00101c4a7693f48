"""What every driver needs: where to send, and how to talk to the test that started it."""

import json
import os
import sys

url = os.environ["HEARTWOOD_URL"]
key = os.environ["HEARTWOOD_KEY"]
args = json.loads(os.environ["HEARTWOOD_ARGS"])


def mark(name):
    print(f"@mark {name}", flush=True)


def wait():
    sys.stdin.readline()


def done(result=None):
    print("@done " + json.dumps({} if result is None else result), flush=True)
