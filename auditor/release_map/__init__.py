"""What a tag will set in motion, read off the files: `auditor.release_map.build.release_map`."""
