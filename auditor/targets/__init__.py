"""Which package on which platform a release publishes. Enter by `targets_of_release` and `targets_of_checkout`."""

from auditor.targets.checkout import ManifestsNeeded, targets_of_checkout
from auditor.targets.from_manifests import manifest_patterns, matches_any
from auditor.targets.release import targets_of_release

__all__ = ["ManifestsNeeded", "manifest_patterns", "matches_any", "targets_of_checkout", "targets_of_release"]
