"""Brings an audit to where people look: issues, pull requests, status documents, badges, notifications."""
