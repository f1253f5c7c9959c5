"""What earlier audits said: kept as one small file per tag, read back for trends, tiers and failures seen before."""
