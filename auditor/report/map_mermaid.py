"""The release map as a Mermaid graph, which GitHub draws. https://mermaid.js.org/syntax/flowchart.html"""

from __future__ import annotations

from auditor.model.release_map import MapEdge, MapJob, ReleaseMap
from auditor.report.neutral import mermaid_label

MOST_JOBS = 80
MOST_EDGES = 200
_STYLES = {
    "hub": "fill:#ddf4ff,stroke:#0969da,color:#1f2328",
    "spoke": "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "off": "fill:#f6f8fa,stroke:#8c959f,color:#656d76",
    "platform": "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
}
_KINDS = {"hub": "hub", "publish": "spoke", "helper": "off"}


def map_graph(found: ReleaseMap) -> str | None:
    """Draw the tag, the workflows as boxes with their jobs, and the platforms; nothing when no workflow starts."""
    if not found.workflows:
        return None
    jobs = _shown(found)
    ids = {job.key: f"j{number}" for number, job in enumerate(jobs)}
    boxes = {workflow.path: f"w{number}" for number, workflow in enumerate(found.workflows)}
    lines = ["graph LR", f'  tag(["{mermaid_label(found.tag)}"])']
    for workflow in found.workflows:
        inside = [job for job in jobs if job.path == workflow.path]
        box = boxes[workflow.path]
        label = mermaid_label(workflow.path.rpartition("/")[2])
        if inside:
            lines.append(f'  subgraph {box}["{label}"]')
            lines += [f'    {ids[job.key]}["{mermaid_label(job.id)}"]:::{_style(job)}' for job in inside]
            lines.append("  end")
        else:
            lines.append(f'  {box}["{label}"]:::off')
    for workflow in found.workflows:
        for start in workflow.starts:
            if start.by is None:
                arrow = "-->" if start.sure else "-.->"
                lines.append(f'  tag {arrow}|"{mermaid_label(start.event)}"| {boxes[workflow.path]}')
    lines += _edges(found, ids, boxes)
    lines += _platforms(found, ids)
    used = {name for name in _STYLES if any(line.endswith(f":::{name}") for line in lines)}
    lines += [f"  classDef {name} {style}" for name, style in _STYLES.items() if name in used]
    return "\n".join(lines)


def _shown(found: ReleaseMap) -> list[MapJob]:
    """The jobs that publish, and those that hand something to others."""
    tied = {key for edge in found.edges for key in (edge.producer, edge.consumer)}
    return [job for job in found.jobs if job.platforms or job.key in tied][:MOST_JOBS]


def _edges(found: ReleaseMap, ids: dict[str, str], boxes: dict[str, str]) -> list[str]:
    lines = []
    for edge in found.edges[:MOST_EDGES]:
        one, other = (
            ids.get(edge.producer) or boxes.get(edge.producer),
            ids.get(edge.consumer) or boxes.get(edge.consumer),
        )
        if one is not None and other is not None:
            lines.append(f"  {one} {_arrow(edge)} {other}")
    return lines


def _arrow(edge: MapEdge) -> str:
    if edge.how == "needs":
        return "-->"
    label = f"{edge.how}, unordered" if edge.unordered else edge.how
    return f'{"-.->" if edge.unordered else "==>"}|"{mermaid_label(label)}"|'


def _platforms(found: ReleaseMap, ids: dict[str, str]) -> list[str]:
    lines = []
    for number, platform in enumerate(found.platforms):
        lines.append(f'  p{number}(["{mermaid_label(platform.title)}"]):::platform')
        for key in platform.jobs:
            if key in ids:
                lines.append(f"  {ids[key]} {'-->' if key in platform.sure_jobs else '-.->'} p{number}")
    return lines


def _style(job: MapJob) -> str:
    return "off" if job.runs is False else _KINDS[job.kind.value]
