"""Work that begins in several threads at the same moment."""

import threading
from collections.abc import Callable

from flask import Flask

THREADS = 8


def together(app: Flask, work: Callable[[int], object], threads: int = THREADS) -> list[object]:
    """Runs `work` in threads that start at the same moment; answers are values or the errors raised."""
    gate, answers = threading.Barrier(threads), [None] * threads

    def run(place: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                answers[place] = work(place)  # type: ignore[call-overload]
            except Exception as error:
                answers[place] = error  # type: ignore[call-overload]

    running = [threading.Thread(target=run, args=(place,)) for place in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return list(answers)
