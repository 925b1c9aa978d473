"""Draws the results against their targets: plot.py RESULTS FOLDER writes FOLDER/figures.png.

A bar begins at the target and ends at what was reached, on a logarithmic scale: to the right, full, where the target was met; to the left,
hatched, where it was missed. A hatched bar to the right: the number was reached, the condition beside it was not kept. A figure without a
target has a dot at its share of the baseline, or nothing but its value."""

import json
import os
import re
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.patches import Patch  # noqa: E402
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator  # noqa: E402

MET, MISSED, PLAIN = "#2a7f62", "#b5442e", "#6b7280"
SIGN = {True: "✓", False: "✗", None: ""}
HATCH = "////"


def text(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def label(result):
    """Value, target and baseline in three columns."""
    beside = f"{result['baseline']} {text(result['baseline_value'])}  ({text(result['ratio'])} ×)" if result["baseline"] else ""
    # The unit stands beside the value already.
    target = (result["target"] or "").replace(" × baseline", " ×").replace(f" {result['unit']}", "")
    return f"{text(result['value'])} {result['unit']}", target, beside


def share(result):
    """How much of the target was reached, 1 being all of it; of the baseline where there is no target; None where there is neither.

    Of two targets of which one is enough, the one that is nearer counts."""
    shares = []
    for goal in (result["target"] or "").split(" or "):
        found = re.match(r"([≥≤]) ([\d,.]+)( ×)?", goal)
        if not found:
            continue
        bound, value = float(found[2].replace(",", "")), result["ratio"] if found[3] else result["value"]
        if value:
            shares.append(value / bound if found[1] == "≥" else bound / value)
    return max(shares) if shares else result["ratio"]


def draw(axes, place, result):
    reached = share(result)
    if result["met"] is None:
        if reached:
            axes.plot(reached, place, "o", color=PLAIN, markersize=5, zorder=3)
    elif reached:
        colour = MET if result["met"] else MISSED
        axes.barh(place, reached - 1, left=1, height=0.62, color=colour if result["met"] else "white", edgecolor=colour, linewidth=1.2,
                  hatch=None if result["met"] else HATCH, zorder=2)
    axes.annotate(SIGN[result["met"]], (1.015, place), xycoords=("axes fraction", "data"), va="center", fontsize=10,
                  color=MET if result["met"] else MISSED, annotation_clip=False)
    for column, words in zip((1.04, 1.27, 1.52), label(result)):
        axes.annotate(words, (column, place), xycoords=("axes fraction", "data"), va="center", fontsize=8, annotation_clip=False)


def settings(machine):
    keys = ("processor", "cores", "memory_gib", "system", "swift", "postgresql.server_version", "postgresql.fsync",
            "postgresql.synchronous_commit", "postgresql.shared_buffers", "measured_at")
    words = [f"{key} {machine[key]}" for key in keys if key in machine]
    return "\n".join("  ·  ".join(words[start:start + 5]) for start in range(0, len(words), 5))


def main(source, folder):
    with open(source) as file:
        report = json.load(file)
    results = report["results"]
    if not results:
        return
    figure, axes = plt.subplots(figsize=(14, 1.6 + 0.26 * len(results)))
    inch = 1 / figure.get_figheight()
    figure.subplots_adjust(left=0.15, right=0.56, top=1 - 0.75 * inch, bottom=0.8 * inch)
    for place, result in enumerate(results):
        draw(axes, place, result)
    axes.set_yticks(range(len(results)), [result["name"] for result in results], fontsize=8)
    axes.set_ylim(len(results) - 0.4, -0.6)
    axes.set_xscale("log")
    reached = [each for each in map(share, results) if each] + [1]
    axes.set_xlim(min(0.3, min(reached) / 1.2), max(3, max(reached) * 1.2))
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} ×"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x", color="#e5e7eb", linewidth=0.6, zorder=0)
    axes.axvline(1, color="black", linewidth=1.2, zorder=4)
    axes.set_xlabel("share of the target, logarithmic; to the right is better", fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    for column, words in zip((1.04, 1.27, 1.52), ("value", "target", "baseline")):
        axes.annotate(words, (column, 1), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points", fontsize=8, fontweight="bold",
                      annotation_clip=False)
    figure.legend(handles=[
        Patch(facecolor=MET, edgecolor=MET, label="✓ target met"),
        Patch(facecolor="white", edgecolor=MISSED, hatch=HATCH, label="✗ target missed"),
        Line2D([], [], marker="o", linestyle="", color=PLAIN, label="no target: share of the baseline"),
    ], loc="lower left", ncols=3, fontsize=8, frameon=False)
    absent = [each["name"] for each in report.get("not_measured", [])]
    if absent:
        figure.text(0.99, 0.1 * inch, f"not measured: {', '.join(absent)}", ha="right", fontsize=8)
    figure.suptitle(settings(report["machine"]), fontsize=7, x=0.01, ha="left", y=1 - 0.1 * inch)
    figure.savefig(os.path.join(folder, "figures.png"), dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
