"""The closed lists of words that relaudit uses in code, output and documents."""

from __future__ import annotations

from enum import StrEnum


class Classification(StrEnum):
    """What happened to one job: the root problem a knowledgeable maintainer would name."""

    SUCCESS = "success"
    SKIPPED_BY_CONDITION = "skipped-by-condition"
    CASCADE_FAILURE = "cascade-failure"
    AUTH_FAILURE = "auth-failure"
    DUPLICATE_VERSION = "duplicate-version"
    MISSING_ARTIFACT = "missing-artifact"
    BUILD_FAILURE = "build-failure"
    TEST_FAILURE = "test-failure"
    METADATA_REJECTED = "metadata-rejected"
    VERSION_MISMATCH = "version-mismatch"
    DEPENDENCY_FAILURE = "dependency-failure"
    NETWORK_FAILURE = "network-failure"
    RATE_LIMITED = "rate-limited"
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    RUNNER_FAILURE = "runner-failure"
    WORKFLOW_ERROR = "workflow-error"
    TOOL_MISSING = "tool-missing"
    MODERATION_HOLD = "moderation-hold"
    GIT_CONFLICT = "git-conflict"
    SIGNING_FAILURE = "signing-failure"
    QUOTA_EXCEEDED = "quota-exceeded"
    TARGET_MISCONFIGURED = "target-misconfigured"
    UNKNOWN_FAILURE = "unknown-failure"
    IN_PROGRESS = "in-progress"
    NOT_RUN = "not-run"

    @property
    def failed(self) -> bool:
        """Whether this word names a failure that somebody has to act on."""
        return self not in _NOT_A_FAILURE


_NOT_A_FAILURE = frozenset(
    {
        Classification.SUCCESS,
        Classification.SKIPPED_BY_CONDITION,
        Classification.IN_PROGRESS,
        Classification.NOT_RUN,
    }
)


class Confidence(StrEnum):
    """How far the evidence carries the classification."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Role(StrEnum):
    """What a matched line is to the failure; a lower role never wins over a higher one."""

    CAUSE = "cause"
    WRAPPER = "wrapper"
    TRAILER = "trailer"


class SkipReason(StrEnum):
    """Why a job, or the publish step in it, did not run."""

    DISABLED = "disabled"
    CONDITION_FALSE = "condition-false"
    EXISTENCE_CHECK = "existence-check"
    NOTHING_TO_PUBLISH = "nothing-to-publish"
    FAILED_NEED = "failed-need"
    INHERITED_SKIP = "inherited-skip"
    CANCELLED_BEFORE_START = "cancelled-before-start"
    UNKNOWN = "unknown"


class CascadeHow(StrEnum):
    """How it is known that a failure belongs to an upstream job."""

    NEEDS = "needs"
    MISSING_ARTIFACT = "missing-artifact"
    SAME_ROOT_ERROR = "same-root-error"
    RACE = "race"


class LogState(StrEnum):
    """Whether a job's log could be read, and if not, why not."""

    PRESENT = "present"
    TRUNCATED = "truncated"
    NEVER_STARTED = "never-started"
    EXPIRED = "expired"
    NOT_COLLECTED = "not-collected"
    NOT_NEEDED = "not-needed"
    """The job succeeded and publishes nothing: its log could not change the audit."""
    UNREADABLE = "unreadable"


class Rerun(StrEnum):
    """Whether re-running the same tag can succeed. A re-run replays the workflow as it was at the tag."""

    CAN_SUCCEED = "can-succeed"
    AFTER_FIX = "after-fix"
    NEEDS_NEW_TAG = "needs-new-tag"
    NOT_NEEDED = "not-needed"


class JobKind(StrEnum):
    """What a job is in the release."""

    PUBLISH = "publish"
    HUB = "hub"
    HELPER = "helper"


class Verdict(StrEnum):
    """What became of one target; the registry's word, where there is one, outranks the log's."""

    SHIPPED = "shipped"
    ALREADY_SHIPPED = "already-shipped"
    SHIPPED_DESPITE_FAILURE = "shipped-despite-failure"
    NOT_SHIPPED = "not-shipped"
    GREEN_NOT_SHIPPED = "green-not-shipped"
    PHANTOM_SKIP = "phantom-skip"
    PROPAGATING = "propagating"
    HELD = "held"
    NOT_ATTEMPTED = "not-attempted"
    PENDING = "pending"
    UNVERIFIABLE = "unverifiable"

    @property
    def out(self) -> bool:
        """Whether people can install this version from there."""
        return self in _OUT


_OUT = frozenset({Verdict.SHIPPED, Verdict.ALREADY_SHIPPED, Verdict.SHIPPED_DESPITE_FAILURE})


class LiveState(StrEnum):
    """What a registry says about one version of one package. An error is never `absent`."""

    LIVE = "live"
    LIVE_HIDDEN = "live-hidden"
    """It can be fetched by those who name it, but is yanked, deprecated or unlisted."""
    HELD = "held"
    """The registry has it and does not give it out yet: moderation, draft, open pull request, staged, private."""
    ABSENT = "absent"
    UNKNOWN = "unknown"


class TargetSource(StrEnum):
    """Where a target's package name is known from, the surest first."""

    CONFIGURATION = "configuration"
    LOG = "log"
    STEP = "step"
    MANIFEST = "manifest"
    REPOSITORY = "repository"
    """Guessed from the repository's own name, because nothing else says it."""


class Severity(StrEnum):
    """How much a finding in a workflow file matters: it breaks a release, may break one, or is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
