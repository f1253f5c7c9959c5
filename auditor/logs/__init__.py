"""Raw job logs: where their bytes come from, their forms, their lines and steps, and what must never be printed."""
