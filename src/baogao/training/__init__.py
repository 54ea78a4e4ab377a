"""Training: the Hydra applications; needs the extra ``train``."""
