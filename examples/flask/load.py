"""Calls the shop for ever, about ten times a second: python load.py http://shop:8000"""

import random
import sys
import time
import urllib.error
import urllib.request

# Method, path and weight.
CALLS = [
    ("GET", "/items/{number}", 60),
    ("GET", "/search", 15),
    ("POST", "/order/{number}", 15),
    ("POST", "/pay", 10),
]


def call(shop: str) -> None:
    """One call. What the shop answers is the shop's business; that it is not there yet is not."""
    method, path, _ = random.choices(CALLS, weights=[weight for _, _, weight in CALLS])[0]
    request = urllib.request.Request(shop + path.format(number=random.randrange(1000)), method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()
    except urllib.error.HTTPError as refused:
        refused.close()
    except OSError as away:
        print(f"{shop} does not answer: {away}", file=sys.stderr, flush=True)
        time.sleep(1)


def main() -> None:
    """Until somebody stops it."""
    shop = sys.argv[1]
    while True:
        call(shop)
        time.sleep(random.expovariate(20))


if __name__ == "__main__":
    main()
