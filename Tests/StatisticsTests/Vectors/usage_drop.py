#!/usr/bin/env python3
"""Makes usage_drop.json: `usage_drop` computed by numpy and scipy, apart from the Swift code.

    python3 usage_drop.py > usage_drop.json

The definition is in docs/measuring.md. Values are of days, the oldest first; the last one is the last complete day.
"""

import json
import math
import sys

import numpy as np
from scipy.special import betainc

RATE, SURE = 0.2, 0.01
STRICT_RATE, STRICT_SURE = 0.05, 0.001


def block_length(window, baseline):
    """The longest whole weeks, not longer than the window, of which the baseline holds at least three."""
    fitting = [days for days in range(7, window + 1, 7) if baseline // days >= 3]
    return max(fitting, default=7)


def account(values, window, baseline):
    """What one account did."""
    values = np.asarray(values, float)
    current, before = values[-window:], values[:-window]
    length = block_length(window, baseline)
    blocks = [before[len(before) - length * (i + 1):len(before) - length * i].sum() for i in range(baseline // length)]
    mean = np.mean(blocks)
    active = np.nonzero(values)[0]
    silence = len(values) - 1 - active[-1] if len(active) else len(values)
    longest = max(window, min(2 * window, (window + baseline) // 2))
    return {
        "C": float(current.sum()),
        "B": float(before.sum()),
        "blocks": len(blocks),
        "dispersion": float(np.var(blocks, ddof=1) / mean) if mean > 0 else 1.0,
        "days": max(window, int(min(silence, longest))) if current.sum() == 0 else window,
    }


def median_of_bins(bins):
    """The place of the median among numbered bins, as if the counts lay evenly in each."""
    half, below = sum(bins.values()) / 2, 0
    for bin in sorted(bins):
        if below + bins[bin] >= half:
            return bin + (half - below) / bins[bin]
        below += bins[bin]


def curve(accounts, window, baseline):
    """a and b of variance = a mean + b mean^2, from medians of accounts of like size."""
    sizes = {}
    for a in accounts:
        size = a["B"] * window / baseline
        if size >= 2:
            level = math.floor(8 * math.log2(max(a["dispersion"], 2**-6)))
            bins = sizes.setdefault(math.floor(2 * math.log2(size)), {})
            bins[level] = bins.get(level, 0) + 1
    if not sizes:
        return 1.0, 0.0
    degrees = accounts[0]["blocks"] - 1
    median_of_chi_squared = (1 - 2 / (9 * degrees)) ** 3
    x = np.array([2 ** ((j + 0.5) / 2) for j in sorted(sizes)])
    y = np.array([2 ** (median_of_bins(sizes[j]) / 8) for j in sorted(sizes)]) / median_of_chi_squared
    n = np.array([sum(sizes[j].values()) for j in sorted(sizes)], float)
    fit = np.maximum(y, 1)
    for _ in range(20):
        w = n / fit**2
        line = np.linalg.lstsq(np.sqrt(w)[:, None] * np.stack([np.ones_like(x), x], 1), np.sqrt(w) * y, rcond=None)[0] \
            if len(x) > 1 else np.array([0.0, 0.0])
        a, b = line
        if b < 0:
            a, b = np.average(y, weights=w), 0.0
        if a < 1:
            a, b = 1.0, max(0.0, (w * x * (y - 1)).sum() / (w * x * x).sum())
        fit = a + b * x
    return round(float(a), 6), round(float(b), 6)


def common_shock(accounts, window, baseline):
    sizes = [(a["C"], a["B"] * window / baseline) for a in accounts]
    ratios = [min(200, math.floor(100 * current / size)) for current, size in sizes if size >= 4]
    if len(ratios) < 20:
        return 1.0
    bins = {ratio: ratios.count(ratio) for ratio in set(ratios)}
    return round(min(1, median_of_bins(bins) / 100), 6)


def judge(a, population, window, baseline):
    """The second pass: what was expected of an account, and the chance of so little."""
    unit, scatter, shock = population
    size = a["B"] * window / baseline
    rest = window + baseline - a["days"]
    own = a["blocks"] - 1
    dispersion = max(unit, (own * a["dispersion"] + 14 * (unit + scatter * size)) / (own + 14))
    expected = shock * a["B"] * a["days"] / rest
    result = {"expected": expected, "phi": dispersion, "p": 1.0}
    if expected > 0:
        factor = dispersion / unit * (1 + a["days"] / rest)
        result["p"] = float(betainc(expected / unit / (factor - 1), a["C"] / unit + 1, 1 / factor))
        result["fell"] = bool(a["C"] <= 0.6 * expected)
    return result


def limit(chances, used, rate, sure):
    """The largest p at which at most `rate` of those found are expected to be chance."""
    if used == 0:
        return sure
    least = min(sure, rate / used)
    for step in range(40, 241):
        edge = 10 ** (-step / 20)
        if edge <= sure and edge > least and used * edge <= rate * sum(p <= edge for p in chances):
            return edge
    return least


def case(name, days, window=14, baseline=56):
    accounts = [account(values, window, baseline) for values in days]
    population = (*curve(accounts, window, baseline), common_shock(accounts, window, baseline))
    judged = [judge(a, population, window, baseline) for a in accounts]
    chances = [j["p"] for j in judged if j.get("fell")]
    used = sum(a["B"] > 0 for a in accounts)
    limits = limit(chances, used, RATE, SURE), limit(chances, used, STRICT_RATE, STRICT_SURE)
    for j in judged:
        fell = j.pop("fell", False)
        j["drop"], j["strict"] = (bool(fell and j["p"] <= l) for l in limits)
    return {
        "case": name,
        "inputs": {"window": window, "baseline": baseline, "daily_values_oldest_first": days},
        "outputs": {
            "unit": population[0], "scatter": population[1], "shock": population[2], "limit": limits[0],
            "strict_limit": limits[1],
            "accounts": [{**a, **j} for a, j in zip(accounts, judged)],
        },
    }


# MARK: What the accounts of the cases did


def simulated(random, sizes, scatter, days=70):
    """Poisson days with a weekend, and weeks that scatter by a coefficient of variation."""
    weeks = random.gamma(scatter**-2, scatter**2, (len(sizes), days // 7 + 1))
    weekday = np.array([1.2, 1.25, 1.25, 1.2, 1.1, 0.5, 0.5]) / 7
    day = np.arange(days)
    return random.poisson(np.asarray(sizes)[:, None] * weeks[:, (day + 3) // 7] * weekday[day % 7])


def listed(values):
    return [[int(v) if float(v).is_integer() else round(float(v), 6) for v in row] for row in values]


def cases():
    random = np.random.default_rng(20261129)
    mixed = simulated(random, np.exp(math.log(8) + 1.2 * random.standard_normal(150)), 0.32)
    for index in range(6):
        mixed[index * 12, 70 - [10, 14, 18, 24, 28, 35][index]:] = 0
    yield case("sizes spread by 1.2, weeks by 32 %, some stopped", listed(mixed))

    large = simulated(random, [3000] * 10, 0.26)
    small = simulated(random, np.linspace(18, 30, 40), 0.3)
    small[20, -28:] = 0
    small[5, -14:] = 0
    yield case("who stops beside ten accounts of 3,000 a week", listed(np.concatenate([large, small])))

    holiday = simulated(random, np.exp(math.log(20) + random.standard_normal(80)), 0.25)
    holiday[:, -7:] = random.binomial(holiday[:, -7:], 0.3)
    holiday[11, -16:] = 0
    yield case("a week in which everybody did a third", listed(holiday))

    minutes = simulated(random, np.exp(math.log(12) + random.standard_normal(60)), 0.4) * 12.75
    minutes[3, -20:] = 0
    yield case("minutes, in fractions", listed(minutes))

    steady = [[3] * 70, [3] * 56 + [2] * 14, [3] * 56 + [1] * 14, [3] * 56 + [0] * 14, [1, 0, 0, 0, 0, 0, 0] * 10,
              [1, 0, 0, 0, 0, 0, 0] * 6 + [0] * 28, [0] * 70, [1] + [0] * 69, [0] * 56 + [5] * 14]
    yield case("a few, as regular as clocks", steady)
    yield case("nobody", [])

    short = simulated(random, np.exp(math.log(15) + random.standard_normal(50)), 0.3, 35)
    short[7, -7:] = 0
    yield case("a week against four", listed(short), 7, 28)
    three = simulated(random, np.exp(math.log(15) + random.standard_normal(50)), 0.3, 56)
    three[7, -14:] = 0
    yield case("two weeks against six", listed(three), 14, 42)
    odd = simulated(random, np.exp(math.log(15) + random.standard_normal(50)), 0.3, 31)
    odd[np.argmax(odd.sum(1)), -10:] = 0
    yield case("ten days against three weeks", listed(odd), 10, 21)


if __name__ == "__main__":
    json.dump({
        "meta": {"made_by": "usage_drop.py", "tolerance": "1e-9 relative; unit, scatter and shock to 6 digits"},
        "cases": list(cases()),
    }, sys.stdout, separators=(",", ":"))
    print()
