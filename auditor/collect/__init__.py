"""Gets the facts of one release: from GitHub, or from a bundle, which holds them as GitHub gave them.

Both give the same `Collected`: the facts, and where the logs are. What could not be had is in `facts.missing`; nothing
here judges. A bundle's layout is described in docs/bundles.md.
"""
