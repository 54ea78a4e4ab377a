"""Pre-training of a small BERT on official prose: text → windows → masks → encoder."""
