"""The GitHub Action: what it reads from the runner (inputs, event) and what it leaves there (outputs, summary, files)."""
