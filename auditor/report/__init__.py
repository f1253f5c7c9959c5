"""Tells: the audit as Markdown, JSON and terminal text. Every number is read from the audit, none is counted here."""
