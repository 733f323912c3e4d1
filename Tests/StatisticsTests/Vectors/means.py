"""Writes means.json: reference numbers for comparisons of means, by numpy and scipy.

python3 means.py > means.json
"""

import json

import numpy as np
from scipy import optimize, stats

random = np.random.default_rng(20261130)


def figures(kind, n):
    if kind == "normal":
        return random.normal(50, 12, n)
    if kind == "revenue":
        return random.choice([0, 19, 49, 199, 999], n, p=[0.1, 0.5, 0.25, 0.13, 0.02]).astype(float)
    if kind == "lognormal":
        return random.lognormal(2, 1.2, n)
    return np.full(n, 7.0)


def sample(values):
    return {"n": len(values), "mean": float(np.mean(values)), "variance": float(np.var(values, ddof=1))}


def comparison(control, treatment, bound):
    m, n = len(control), len(treatment)
    a, b = np.var(control, ddof=1), np.var(treatment, ddof=1)
    welch = stats.ttest_ind(treatment, control, equal_var=False)
    error = np.sqrt(a / m + b / n)
    pooled = np.sqrt(((m - 1) * a + (n - 1) * b) / (m + n - 2) * (1 / m + 1 / n))
    larger = max(error, pooled)
    difference = np.mean(treatment) - np.mean(control)
    p = 2 * stats.t.sf(abs(difference) / larger, welch.df)
    half = stats.t.isf(stats.norm.sf(bound), welch.df) * larger
    ci = welch.confidence_interval(0.95)
    return {
        "difference": float(difference), "welch_p": float(welch.pvalue), "welch_degrees": float(welch.df),
        "welch_interval": [float(ci.low), float(ci.high)], "p": float(p),
        "z": float(np.sign(difference) * stats.norm.isf(p / 2)), "interval": [float(difference - half), float(difference + half)],
    }


def size(difference, deviation, ratio, alpha, power=0.8):
    def lacking(n):
        df = n * (1 + ratio) - 2
        shift = difference / deviation * np.sqrt(n * ratio / (1 + ratio))
        t = stats.t.isf(alpha / 2, df)
        return stats.nct.sf(t, df, shift) + stats.nct.cdf(-t, df, shift) - power

    near = (stats.norm.isf(alpha / 2) + stats.norm.ppf(power)) ** 2 * (1 + 1 / ratio) * (deviation / difference) ** 2
    return float(optimize.brentq(lacking, max(3, near * 0.9), near * 1.2 + 10, xtol=1e-9))


cases = []
for kind in ["normal", "revenue", "lognormal"]:
    for m, n in [(60, 540), (300, 300), (50, 4000)]:
        control, treatment = figures(kind, m), figures(kind, n) * 1.1
        for share in [0, 0.01, 0.05]:
            everybody = np.concatenate([control, treatment])
            low, high = np.quantile(everybody, [share, 1 - share]) if share else (everybody.min(), everybody.max())
            cut = [np.clip(side, low, high) for side in (control, treatment)]
            cases.append({
                "kind": kind, "control_values": [float(v) for v in control] if m == 60 else [],
                "treatment_values": [float(v) for v in treatment] if m == 60 else [], "winsorize": share,
                "limits": [float(low), float(high)], "control": sample(cut[0]), "treatment": sample(cut[1]), "bound": 2.5,
                "expected": comparison(cut[0], cut[1], 2.5),
            })
sizes = [
    {"difference": d, "deviation": s, "ratio": r, "alpha": a, "control": size(d, s, r, a)}
    for d, s in [(5, 60), (12, 60), (0.2, 1)] for r in [1, 4, 9] for a in [0.05, 0.025]
]


def stratified(strata):
    """Strata of arms of values: each arm with the weights of all arms together."""
    total = sum(len(arm) for stratum in strata for arm in stratum)
    arms = []
    for index in range(len(strata[0])):
        mean = variance = 0.0
        for stratum in strata:
            weight = sum(len(arm) for arm in stratum) / total
            own = np.asarray(stratum[index])
            mean += weight * own.mean()
            variance += weight**2 * own.var(ddof=1) / len(own)
        arms.append({"mean": float(mean), "error": float(np.sqrt(variance))})
    return arms


layers = []
for sizes_of in [[(40, 60), (10, 90), (200, 210)], [(5, 45), (3, 30)]]:
    strata = [[list(random.normal(10 * h, 3 + h, m)), list(random.normal(10 * h + 1, 3, n))] for h, (m, n) in enumerate(sizes_of)]
    layers.append({"strata": strata, "expected": stratified(strata)})
print(json.dumps({"comparisons": cases, "sizes": sizes, "layers": layers}, indent=1))
