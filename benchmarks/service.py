"""How soon the service answers: python benchmarks/service.py http://127.0.0.1:9090 [REPORT…]

Times 10,000 characters in both forms of request; then 1,000 tasks of 400 characters in one request, as Label Studio
sends them (it waits 100 seconds), while /health, /webhook (1 second each) and a short text are asked for all the time.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx

from baogao.labels import load_labels
from baogao.reports import read

ROUNDS = 5


def main() -> None:
    """Measure and print."""
    address, *files = sys.argv[1:]
    paths = [Path(f) for f in files] or sorted((Path(__file__).parents[1] / "data" / "reports").glob("*.txt"))
    text = "".join(read(path).text for path in paths)[:10_000]
    config = load_labels().to_label_studio()
    client = httpx.Client(base_url=address, timeout=600)

    def seconds(path: str, body: Any) -> float:
        began = time.perf_counter()
        client.post(path, json=body).raise_for_status()
        return time.perf_counter() - began

    def tasks(texts: list[str]) -> dict[str, Any]:
        return {"tasks": [{"id": i, "data": {"text": t}} for i, t in enumerate(texts)], "label_config": config}

    for name, body in (("a text", {"text": text}), ("a task", tasks([text]))):
        times = [seconds("/predict", body) for _ in range(ROUNDS)]
        print(f"{name} of {len(text):,} characters: best {min(times):.2f} s, worst {max(times):.2f} s")
    pieces = [text[i : i + 400] for i in range(0, len(text), 400)]
    batch = tasks([pieces[i % len(pieces)] for i in range(1000)])
    took: list[float] = []
    asking = threading.Thread(target=lambda: took.append(seconds("/predict", batch)))
    asking.start()
    worst: dict[str, float] = defaultdict(float)
    event = {"action": "TASKS_CREATED", "tasks": [{"id": 1}]}
    while asking.is_alive():
        began = time.perf_counter()
        client.get("/health").raise_for_status()
        worst["/health"] = max(worst["/health"], time.perf_counter() - began)
        worst["/webhook"] = max(worst["/webhook"], seconds("/webhook", event))
        worst["a short text"] = max(worst["a short text"], seconds("/predict", {"text": pieces[0]}))
        time.sleep(0.2)
    asking.join()
    print(f"1,000 tasks of 400 characters: {took[0]:.1f} s; meanwhile at worst:")
    print("  " + ", ".join(f"{name} {value:.3f} s" for name, value in worst.items()))


if __name__ == "__main__":
    main()
