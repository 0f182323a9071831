"""Makes the edits of fixes: code in each language, commands, and the files that a deploy reads. Applies nothing."""
