"""The targets of an audited release: which package on which platform, and how that is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.config.settings import Config, ConfiguredTarget
from auditor.diagnose.execution import Execution
from auditor.logs.redact import safe_line
from auditor.model.evidence import Evidence
from auditor.model.facts import ReleaseFacts
from auditor.model.live import Target
from auditor.model.vocabulary import Classification, TargetSource
from auditor.rulebook.book import Rulebook
from auditor.rulebook.recognise import Recogniser
from auditor.rulebook.schema import PlatformRules
from auditor.targets.apart import told_apart
from auditor.targets.from_manifests import Manifests
from auditor.targets.job_steps import steps_in_log, steps_in_workflow
from auditor.targets.named import Named, Release, targets_of
from auditor.targets.naming import PublishingJob, names_on
from auditor.targets.surroundings import call_inputs
from auditor.targets.values import filled
from auditor.workflows.run_context import github_context

MOST_TARGETS = 500
_RELEASES = "github-releases"


def targets_of_release(
    facts: ReleaseFacts, executions: Sequence[Execution], book: Rulebook, config: Config | None = None
) -> tuple[Target, ...]:
    """Every package that the release publishes, or was to publish, in the rulebook's order of platforms.

    For each platform the surest source counts: the configuration; the success line of a job's log; the publish step's
    own inputs; the manifests at the tag's commit; and, where the platform itself does so, the repository's name. A
    platform whose package cannot be known has no target. `executions` are the jobs after stitching, the deciding ones.
    """
    owner, _, name = facts.repository.full_name.partition("/")
    release = Release(owner, name, facts.tag)
    recogniser = book.recogniser
    jobs = [_job(execution, facts, release, recogniser, book) for execution in executions]
    if facts.release is not None and not facts.release.draft:
        jobs.append(PublishingJob(None, (_RELEASES,), {}, ()))
    return targets_of_jobs(jobs, Manifests(facts.manifests, release.values), release, book, config or Config())


def targets_of_jobs(
    jobs: Sequence[PublishingJob], manifests: Manifests, release: Release, book: Rulebook, config: Config
) -> tuple[Target, ...]:
    """The targets of these jobs and of the configuration, at most `MOST_TARGETS`."""
    configured: dict[str, list[ConfiguredTarget]] = {}
    for target in config.targets:
        configured.setdefault(target.platform, []).append(target)
    found: list[Target] = []
    for platform, rules in book.platforms.items():
        if platform in configured:
            names = [_configured(target, release, config) for target in configured[platform]]
            job = next((job.key for job in jobs if platform in job.platforms and job.key), None)
            # Each entry is meant: `acme/app` twice, for two versions of an image, are two.
            named = [one for name in names for one in targets_of(platform, rules, [name], release, as_written=True)]
            mine = [target.model_copy(update={"job": job}) for target in named]
            found += [target for at, target in enumerate(mine) if target not in mine[:at]]
        else:
            found += targets_of(platform, rules, names_on(platform, rules, jobs, manifests, release), release)
    return tuple(told_apart(found[:MOST_TARGETS]))


def _configured(target: ConfiguredTarget, release: Release, config: Config) -> Named:
    def template(text: str) -> str:
        return text.replace("{version}", release.version or release.tag).replace("{tag}", release.tag)

    evidence = None
    if config.source is not None:
        said = f"{target.platform}: {target.package}"
        evidence = Evidence(source="file", text=safe_line(said), path=safe_line(config.source.name, 300))
    return Named(
        package=target.package,
        source=TargetSource.CONFIGURATION,
        version=template(target.version) if target.version is not None else None,
        places=target.places,
        evidence=evidence,
        expected_files=tuple(template(file) for file in target.expected_files),
    )


def _job(
    execution: Execution, facts: ReleaseFacts, release: Release, recogniser: Recogniser, book: Rulebook
) -> PublishingJob:
    steps = list(steps_in_log(execution))
    workflow, job = execution.workflow, execution.workflow_job
    if workflow is not None and job is not None:
        contexts = _contexts(execution, facts)
        steps += steps_in_workflow(workflow, job, contexts, release, recogniser, execution.job.name)
    logged = {platform: tuple(_logged(execution, platform, rules)) for platform, rules in book.platforms.items()}
    return PublishingJob(
        key=execution.key,
        platforms=tuple(dict.fromkeys((*execution.platforms, *(name for name, names in logged.items() if names)))),
        logged={platform: names for platform, names in logged.items() if names},
        steps=tuple(steps),
        complete=execution.classification is Classification.SUCCESS,
    )


def _logged(execution: Execution, platform: str, rules: PlatformRules) -> Iterable[Named]:
    """What success lines, and lines that say it is there already, name."""
    written = rules.targets
    if written is None:
        return
    for step in execution.judged.steps:
        surer = {hit.number for hit in step.hits if hit.rule.platform != platform and hit.rule.near is not None}
        for hit in step.hits:
            if hit.rule.platform != platform or hit.rule.section == "failures":
                continue
            if hit.number in surer and hit.rule.near is None:
                # A rule that looks at another line as well knows that the same words were said to another registry.
                continue
            recognised = platform in (step.published or execution.platforms)
            recognised = recognised or getattr(hit.rule.written, "anywhere", False)
            by_rule = written.log_rules.get(hit.rule.id, {})
            package = next((hit.captures[name] for name in written.log if hit.captures.get(name)), None)
            if package is None or by_rule is None or not recognised:
                continue
            known = {name: value for name, value in hit.captures.items() if name not in ("package", "version")}
            values = {**known, "package": package}
            if written.log_package is not None:
                package = filled(written.log_package, values) or package
            yield Named(
                package=package,
                source=TargetSource.LOG,
                version=hit.captures.get("version"),
                places={
                    name: place
                    for name, template in (*written.log_places.items(), *by_rule.items())
                    if (place := filled(template, values)) is not None
                },
                evidence=Evidence(
                    source="log",
                    text=safe_line(hit.text),
                    job=safe_line(execution.job.name, 200),
                    job_id=execution.job.id,
                    step=safe_line(step.name, 200),
                    step_number=step.number,
                    line=hit.number,
                    step_line=hit.number - step.first + 1 if step.first else None,
                    url=execution.job.html_url,
                ),
                job=execution.key,
            )


def _contexts(execution: Execution, facts: ReleaseFacts) -> Mapping[str, Any]:
    workflow = execution.workflow
    trigger = workflow.trigger(execution.run.event) if workflow is not None else None
    contexts: dict[str, Any] = {"github": github_context(execution.run, facts.tag, trigger, facts.release)}
    caller = execution.graph.nodes.get(execution.chain[:-1]) if execution.graph is not None else None
    if workflow is not None and caller is not None:
        contexts |= call_inputs(workflow, caller.job, contexts)
    return contexts
