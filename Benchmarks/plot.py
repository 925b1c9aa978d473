"""Draws the results beside their baselines: plot.py RESULTS FOLDER writes FOLDER/figures.png, with machine and settings below the bars."""

import json
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

MET, MISSED, PLAIN = "#2a7f62", "#b5442e", "#6b7280"


def colour(result):
    return PLAIN if result["met"] is None else MET if result["met"] else MISSED


def label(result):
    text = f"{result['value']:,.0f} {result['unit']}" if result["value"] >= 100 else f"{result['value']:g} {result['unit']}"
    if result["baseline"]:
        text += f" · {result['baseline']} {result['baseline_value']:,.0f}"
    if result["target"]:
        text += f" · target {result['target']}"
    return text


def goal(result):
    """How much of the target was reached, 1 being all of it; of the baseline where there is no target."""
    target = result["target"] or ""
    number = float(target.split()[1].replace(",", "")) if target else 0
    if "×" in target and " or " not in target:
        return result["ratio"] / number
    if target.startswith("≤"):
        return number / result["value"] if result["value"] else 1
    return result["value"] / number if number else result["ratio"] or 0


def main(source, folder):
    with open(source) as file:
        report = json.load(file)
    results = report["results"][::-1]
    if not results:
        return
    figure, axes = plt.subplots(figsize=(11, 1.6 + 0.55 * len(results)), layout="constrained")
    axes.barh([result["name"] for result in results], [goal(result) for result in results], color=[colour(result) for result in results])
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xlabel("share of the target (of the baseline where there is no target); more is better")
    for place, result in enumerate(results):
        axes.annotate(label(result), (0.01, place), va="center", fontsize=8, bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1})
    machine = report["machine"]
    keys = ("processor", "cores", "memory_gib", "system", "swift", "postgresql.server_version", "postgresql.fsync",
            "postgresql.synchronous_commit", "postgresql.shared_buffers", "measured_at")
    words = [f"{key} {machine[key]}" for key in keys if key in machine]
    axes.set_title("\n".join("  ·  ".join(words[start:start + 4]) for start in range(0, len(words), 4)), fontsize=7)
    figure.savefig(os.path.join(folder, "figures.png"), dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
