"""The checks, one module each; `auditor.checks.registry` finds them."""
