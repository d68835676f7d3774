"""What a release says about itself: what callers notice, what was deployed, how it went."""

from .record import Record


def release_notes(record: Record, changelog: str) -> str:
    """Return the notes as Markdown, beginning with what the changelog says of the newest version."""
    lines = [f"# Release {record.id}", "", f"Outcome: {record.outcome}.", ""]
    if noticed := _newest_section(changelog):
        lines += ["## What callers notice", "", noticed, ""]
    lines += ["## What was deployed", ""]
    lines += [f"- {name}: {moved.old or 'new'} → {moved.new}" for name, moved in sorted(record.changed.items())]
    if record.new_gateway_config != record.old_gateway_config and record.new_gateway_config:
        lines.append(f"- gateway: {record.old_gateway_config or 'new'} → {record.new_gateway_config}")
    if lines[-1] == "":
        lines.append("Nothing changed.")
    if record.log:
        lines += ["", "## How it went", "", *(f"- {line}" for line in record.log)]
    return "\n".join(lines) + "\n"


def _newest_section(changelog: str) -> str:
    sections = changelog.split("\n## ")[1:]
    return sections[0].partition("\n")[2].strip() if sections else ""
