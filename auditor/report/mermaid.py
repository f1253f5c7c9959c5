"""The hub-and-spoke picture as a Mermaid graph, which GitHub draws. https://mermaid.js.org/syntax/flowchart.html"""

from __future__ import annotations

from auditor.model.audit import Audit, JudgedJob
from auditor.model.vocabulary import CascadeHow, Classification, JobKind
from auditor.report.neutral import mermaid_label

_STYLES = {
    "ok": "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "bad": "fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    "blocked": "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "off": "fill:#f6f8fa,stroke:#8c959f,color:#656d76",
}
MOST_NODES = 60


def hub_graph(audit: Audit) -> str | None:
    """Draw hubs, spokes and who blocks whom; None when no job depends on another."""
    links = _links(audit)
    if not links:
        return None
    shown = {key for pair in links for key in pair} | {job.key for job in audit.jobs if job.kind is not JobKind.HELPER}
    jobs = [job for job in audit.jobs if job.key in shown][:MOST_NODES]
    ids = {job.key: f"n{index}" for index, job in enumerate(jobs)}
    lines = ["graph LR"]
    lines += [f'  {ids[job.key]}["{_label(job)}"]:::{_style(job)}' for job in jobs]
    for (one, other), (arrow, text) in links.items():
        if one in ids and other in ids:
            label = f'|"{mermaid_label(text)}"|' if text else ""
            lines.append(f"  {ids[one]} {arrow}{label} {ids[other]}")
    used = {_style(job) for job in jobs}
    lines += [f"  classDef {name} {style}" for name, style in _STYLES.items() if name in used]
    return "\n".join(lines)


def _links(audit: Audit) -> dict[tuple[str, str], tuple[str, str]]:
    links = {(edge.producer, edge.consumer): ("-->", "") for edge in audit.hub.edges}
    for job in audit.jobs:
        cascade = job.judgement.cascade
        if cascade is not None:
            arrow = "-.->" if cascade.how is not CascadeHow.NEEDS else "-->"
            links[(cascade.root_job, job.key)] = (arrow, cascade.how.value.replace("-", " "))
    return links


def _label(job: JudgedJob) -> str:
    platforms = ", ".join(job.judgement.platforms[:3])
    name = mermaid_label(job.name)
    kind = "hub" if job.kind is JobKind.HUB else mermaid_label(platforms) if platforms else "helper"
    return f"{name}<br/>{kind}: {job.judgement.classification.value}"


def _style(job: JudgedJob) -> str:
    classification = job.judgement.classification
    if classification is Classification.CASCADE_FAILURE:
        return "blocked"
    if classification.failed and job.harmless is None:
        return "bad"
    return "ok" if classification is Classification.SUCCESS or job.harmless else "off"
