"""Writes lifetime_value.json: what an account is worth, by sums over days.

python3 lifetime_value.py > lifetime_value.json
"""

import json
import math
import random

random.seed(30)
MONTH = 365.25 / 12


def curve(lives):
    """Kaplan and Meier as a function of days, with Greenwood's terms."""
    times = sorted({t for t, left in lives if left})
    steps, s = [], 1.0
    for t in times:
        n = sum(1 for u, _ in lives if u >= t)
        d = sum(1 for u, left in lives if left and u == t)
        s *= 1 - d / n
        steps.append((t, n, d, s))
    return steps


def survival(steps, t):
    s = 1.0
    for time, _, _, value in steps:
        if time <= t:
            s = value
    return s


def area(steps, start, end):
    # By whole days, which is where the steps are.
    return sum(survival(steps, day) for day in range(start, end))


cases = []
for rate, size in [(0.002, 300), (0.0008, 900)]:
    lives = []
    for _ in range(size):
        watched = random.randint(380, 900)
        gone = max(1, math.ceil(random.expovariate(rate)))
        lives.append((min(watched, gone), gone <= watched))
    payments = [random.choice([1900, 4900, 19900]) for _ in range(200)]
    steps = curve(lives)
    horizon, margin = 365, 0.8
    mean_time = area(steps, 0, horizon)
    variance = 0.0
    for t, n, d, _ in steps:
        if t <= horizon and n > d:
            variance += area(steps, t, horizon) ** 2 * d / (n * (n - d))
    m = sum(payments) / len(payments)
    mv = sum((p - m) ** 2 for p in payments) / (len(payments) - 1) / len(payments)
    T, TV = mean_time / MONTH, variance / MONTH**2
    total = sum(t for t, _ in lives)
    events = sum(1 for _, left in lives if left)
    hazard = events / total
    # The curve ends where fewer than ten are at risk.
    end = max(t for t, _ in lives if sum(1 for u, _ in lives if u >= t) >= 10)
    ahead = []
    for age in [0, 90, 364, end - 30, end + 10]:
        if age < end:
            until = min(age + horizon, end)
            inside = area(steps, age, until)
            rest = age + horizon - until
            tail = (1 - math.exp(-hazard * rest)) / hazard * survival(steps, until - 1)
            value = (inside + tail) / survival(steps, age)
        else:
            value = (1 - math.exp(-hazard * horizon)) / hazard
        ahead.append({"age": age, "days": value})
    cases.append({
        "lives": [[t, 1 if left else 0] for t, left in lives], "payments": payments, "margin": margin, "horizon": horizon,
        "value": margin * m * T, "error": margin * math.sqrt(m * m * TV + T * T * mv), "rate": hazard, "ahead": ahead,
    })
print(json.dumps(cases))
