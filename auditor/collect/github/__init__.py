"""Gets the facts of one release from GitHub's REST API, with few requests, and survives its bad days.

What is fetched is written into a folder in the form of a bundle and then read as one, so that a live audit and an audit
of a bundle cannot differ. Entry: `gather.gather`. docs/live.md tells which requests are made, and why.
"""
