"""Readers of the dashboard: `readers.py URL COUNT SECONDS REST PATH...` walks the paths, each reader from a place of its own.

The proxy's header says who they are. Between two pages a reader rests for REST seconds. Prints one line of JSON: pages a
second, and by path how many were read, their median and 99th percentile in milliseconds, the statuses and the sizes.
"""
import http.client
import json
import sys
import threading
import time
import urllib.parse

url, count, seconds, rest, paths = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), sys.argv[5:]
host = urllib.parse.urlparse(url).netloc
end = time.monotonic() + seconds
times, statuses, sizes = {path: [] for path in paths}, {}, {}
lock = threading.Lock()


def walk(number):
    connection = http.client.HTTPConnection(host, timeout=60)
    place = number * len(paths) // count
    while time.monotonic() < end:
        path = paths[place % len(paths)]
        place += 1
        began = time.monotonic()
        connection.request("GET", path, headers={"X-User": f"reader{number % 4}"})
        answer = connection.getresponse()
        body = answer.read()
        took = time.monotonic() - began
        with lock:
            times[path].append(took * 1000)
            statuses[f"{path} {answer.status}"] = statuses.get(f"{path} {answer.status}", 0) + 1
            sizes[path] = max(sizes.get(path, 0), len(body))
        time.sleep(rest)


threads = [threading.Thread(target=walk, args=(number,)) for number in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()


def at(values, share):
    values = sorted(values)
    return round(values[min(len(values) - 1, int(share * len(values)))], 1) if values else None


every = [value for values in times.values() for value in values]
print(json.dumps({
    "pages": len(every), "a_second": round(len(every) / seconds, 1), "median": at(every, 0.5), "p99": at(every, 0.99),
    "by_path": {path: {"read": len(values), "median": at(values, 0.5), "p99": at(values, 0.99), "bytes": sizes.get(path)}
                for path, values in times.items()},
    "bad": {key: value for key, value in statuses.items() if not key.endswith(" 200")}}))
