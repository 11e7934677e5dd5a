"""Tables of rows: for the terminal, and as the page RESULTS.md."""

from .calibration import rate

HEADINGS = [
    "workload", "ours", "peer", "its time", "ratio (spread)", "asked", "∇/value", "prepare",
    "peer's", "memory", "peer's", "bound"]


def shown_time(seconds):
    if seconds is None:
        return "–"
    for unit, scale in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def shown_memory(count):
    return "–" if count is None else f"{count / 2**20:.0f} MB"


def shown_ratio(ratio):
    median, least, most = ratio
    text = f"{median:.3g}× ({least:.3g}–{most:.3g})"
    return text + (" no claim" if least <= 1 <= most else "")


def shown_factor(side):
    return "–" if side.factor is None else f"{side.factor:.2f}"


def cells(row):
    """One line of the table."""
    workload, ours, peer = row.workload, row.ours, row.best
    if not ours.gradients:
        return [workload.title, ours.trouble or "–"] + ["–"] * (len(HEADINGS) - 2)
    against = ["absent", "–", "–"]
    if peer:
        against = [peer.name, shown_time(peer.gradient), shown_ratio(row.ratio(peer))]
    return [
        workload.title, shown_time(ours.gradient), *against, f"{workload.least:g}×",
        shown_factor(ours), shown_time(ours.prepare), shown_time(peer and peer.prepare),
        shown_memory(ours.peak_bytes), shown_memory(peer and peer.peak_bytes),
        rate(workload.amount, ours.gradient)]


def text_table(headings, lines):
    """Columns set with blanks, the first to the left, the others to the right."""
    table = [headings] + lines
    widths = [max(len(line[column]) for line in table) for column in range(len(headings))]
    out = []
    for line in table:
        texts = [line[0].ljust(widths[0])]
        texts += [text.rjust(width) for text, width in zip(line[1:], widths[1:])]
        out.append("  ".join(texts).rstrip())
    return "\n".join(out)


def page_table(headings, lines):
    """The same for a Markdown page."""
    out = [headings, ["---"] + ["---:"] * (len(headings) - 1)] + lines
    return "\n".join("| " + " | ".join(line) + " |" for line in out)


def peer_lines(rows):
    """Every peer of every row."""
    lines = []
    for row in rows:
        for peer in row.peers:
            has_ratio = peer.gradients and row.ours.gradients
            lines.append([
                row.workload.title, peer.name, shown_time(peer.value), shown_time(peer.gradient),
                shown_factor(peer), shown_ratio(row.ratio(peer)) if has_ratio else "–",
                peer.trouble or "agrees to 1e-9" * (row.workload.key != "start")])
    return lines


PEER_HEADINGS = ["workload", "peer", "value", "value and gradient", "∇/value", "ratio", "check"]


def c_line(rows):
    """The sentence on the yardstick in C; None where it was not run."""
    for row in rows:
        for peer in row.peers:
            if peer.name == "C" and peer.gradients and row.ours.gradients:
                one, both = row.ratio(peer, "values"), row.ratio(peer)
                return (
                    f"{row.workload.title}: value and gradient take {1 / one[0]:.3g} "
                    f"({1 / one[2]:.3g}–{1 / one[1]:.3g}) times one pass of the formula in C "
                    f"(cc -O2), and {1 / both[0]:.3g} ({1 / both[2]:.3g}–{1 / both[1]:.3g}) times "
                    "its gradient written by hand; asked is under 10 times the pass.")
    return None


def limits_line(limits):
    parts = ", ".join(f"{name} {text}" for name, text in limits.items())
    return f"What single loops reach in the language on this machine: {parts}."


def page(rows, limits, machine, rounds, versions, date):
    """RESULTS.md."""
    notes = [text for text in [c_line(rows), limits_line(limits)] if text]
    return "\n\n".join([
        "# Results",
        "Written by `make bench PEERS=1`; [README.md](README.md) tells how it is measured.",
        "\n".join(f"- {line}" for line in [date, *machine, *versions]),
        f"One core, {rounds} alternating rounds. Times are medians of value and gradient together; "
        "the ratio is the peer's time over ours, its spread the least and the largest of the "
        "rounds. A row whose spread includes 1 claims nothing.",
        page_table(HEADINGS, [cells(row) for row in rows]), *notes,
        "## All peers", page_table(PEER_HEADINGS, peer_lines(rows))]) + "\n"
