"""Evaluation: match → count → score → compare → render, each its own step."""

from baogao.evaluation.evaluate import Options, evaluate, score_cases
from baogao.evaluation.match import Case, Found
from baogao.evaluation.result import Result

__all__ = ["Case", "Found", "Options", "Result", "evaluate", "score_cases"]
