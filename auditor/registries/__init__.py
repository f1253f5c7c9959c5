"""Live verification: what the registries say about a version. Enter by `auditor.registries.ask.ask`."""
