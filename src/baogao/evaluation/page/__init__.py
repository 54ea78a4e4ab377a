"""An evaluation's result as one HTML page for people who would rather look."""

from baogao.evaluation.page.render import render_page

__all__ = ["render_page"]
