"""Evaluation: match → count → score → render, each its own step."""

from baogao.evaluation.count import Counts, count
from baogao.evaluation.render import render_json, render_table
from baogao.evaluation.score import Score, Scores, score

__all__ = ["Counts", "Score", "Scores", "count", "render_json", "render_table", "score"]
