"""A shop that is sometimes slow and sometimes broken. It is traced from outside and holds no tracing code."""

import random
import time

from flask import Flask

app = Flask(__name__)


class OutOfStock(Exception):
    """Nobody handles it: Flask answers 500, and the span gets an event with the exception."""


@app.get("/items/<int:number>")
def item(number: int):
    """Quick, and always good."""
    time.sleep(random.uniform(0.001, 0.010))
    return {"item": number}


@app.get("/search")
def search():
    """Slow: most answers take a third of a second, some take more than one."""
    time.sleep(random.lognormvariate(-1.1, 0.5))
    return {"found": random.randrange(20)}


@app.post("/pay")
def pay():
    """The bank is away one time in ten."""
    time.sleep(random.uniform(0.020, 0.080))
    if random.random() < 0.1:
        return {"error": "the bank does not answer"}, 503
    return {"paid": True}


@app.post("/order/<int:number>")
def order(number: int):
    """One time in twenty the item is gone."""
    time.sleep(random.uniform(0.005, 0.030))
    if random.random() < 0.05:
        raise OutOfStock(f"item {number % 10}")
    return {"ordered": number}


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
