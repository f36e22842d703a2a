"""The sections about speed: what is measured now, step by step, and over the context."""

from __future__ import annotations

from desk_llm.engine.types import EngineStats
from desk_llm.telemetry.curve import Point
from desk_llm.telemetry.steps import StepBar, Strip
from desk_llm.telemetry.types import Sample
from desk_llm.telemetry.watch import Insight
from desk_llm.ui.telemetry import numbers
from desk_llm.ui.telemetry.curve_chart import CurveChart
from desk_llm.ui.telemetry.section import Section
from desk_llm.ui.telemetry.strip import StepStrip
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.legend import Entry, Legend
from desk_llm.ui.widgets.reading import Reading
from desk_llm.ui.widgets.sparkline import Sparkline


class SpeedSection(Section):
    """How fast the model writes and reads, as the engine measured it."""

    def __init__(self) -> None:
        super().__init__()
        self.generation = Reading(self.tr("Generation"))
        self.line = Sparkline(describe=self._describe)
        self.prompt = Reading(self.tr("Prompt"))
        self.first = Reading(self.tr("First token"))
        self.cached = Reading(self.tr("Cached"))
        self.cached.setToolTip(self.tr("Tokens of the newest prompt that were not computed again"))
        self.guesses = Reading(self.tr("Guesses right"))
        self.guesses.setToolTip(
            self.tr("Tokens guessed from repeated text that the model would have written as well")
        )
        self.guesses.hide()
        self.add(self.generation)
        self.add(self.line)
        self.add(self.prompt, tokens.SPACE_1)
        self.add(self.first)
        self.add(self.cached)
        self.add(self.guesses)

    def add_point(self, sample: Sample) -> None:
        """The history goes on while the panel is hidden."""
        self.line.add(sample.engine.decode_tok_s)

    def show_stats(self, stats: EngineStats) -> None:
        """The newest numbers."""
        self.generation.set_value(self.rate(stats.decode_tok_s))
        self.prompt.set_value(self.rate(stats.prefill_tok_s))
        first = stats.ttft_s
        self.first.set_value(
            self.tr("{value} s").format(value=numbers.seconds(first)) if first > 0 else numbers.NONE
        )
        prompt = stats.last_usage.prompt_tokens
        self.cached.set_value(
            self.percent(100 * stats.last_usage.cached_tokens / prompt) if prompt else numbers.NONE
        )
        self.guesses.setHidden(not stats.n_draft)
        if stats.n_draft:
            self.guesses.set_value(self.percent(100 * stats.n_accepted / stats.n_draft))

    def _describe(self, value: float, ago: int) -> str:
        return self.ago(self.rate(value), ago)


class StepsSection(Section):
    """The newest steps, one column each."""

    def __init__(self) -> None:
        super().__init__()
        self.set_title(self.tr("Steps"))
        self.strip = StepStrip(self._describe)
        self.legend = Legend()
        self.legend.set_entries(
            [
                Entry("accent", self.tr("Reply")),
                Entry("series_amber", self.tr("Prompt")),
                Entry("danger", self.tr("Stall")),
                Entry("series_blue", self.tr("Reused")),
            ]
        )
        self.median = Reading(self.tr("Per token"))
        self.median.setToolTip(self.tr("Median of the steps without a prompt: the dotted line"))
        self.add(self.median)
        self.add(self.strip)
        self.add(self.legend)

    def show_strip(self, strip: Strip) -> None:
        """The newest steps."""
        self.strip.set_strip(strip)
        median = self.duration(strip.median_s)
        self.median.set_value(median)
        self.head.set_summary(median)
        stalls = sum(bar.is_stall for bar in strip.bars)
        self.strip.setAccessibleName(
            self.tr("Steps: {count}, median: {median}, stalls: {stalls}").format(
                count=len(strip.bars), median=median, stalls=stalls
            )
        )

    def _describe(self, bar: StepBar) -> str:
        step = bar.step
        parts = [self.duration(step.seconds)]
        if bar.wait_s > 0.001:
            parts.append(self.tr("waited {time} before").format(time=self.duration(bar.wait_s)))
        if step.n_tokens:
            parts.append(self.tr("{n} written").format(n=step.n_tokens))
        if step.n_prefill:
            parts.append(self.tr("{n} read").format(n=step.n_prefill))
        if step.n_reused:
            parts.append(self.tr("{n} reused").format(n=step.n_reused))
        if step.n_draft:
            parts.append(self.tr("{n} guessed").format(n=step.n_draft))
        if step.n_past:
            parts.append(self.tr("context {n}").format(n=numbers.tokens(step.n_past)))
        return " · ".join(parts)


class CurveSection(Section):
    """Tokens/s over the length of the context: this session, and the replies before."""

    def __init__(self) -> None:
        super().__init__()
        self.set_title(self.tr("Speed over context"))
        empty = self.tr("Appears with the first reply of this model")
        self.chart = CurveChart(empty, self._describe)
        self.chart.setAccessibleName(self.tr("Speed over context"))
        self.best = Reading(self.tr("Best reply"))
        self.middle = Reading(self.tr("Median reply"))
        self.add(self.chart)
        self.add(self.middle)
        self.add(self.best)
        self.show_insight(Insight())

    def show_insight(self, insight: Insight) -> None:
        """What is known of the loaded model."""
        self.chart.set_points(insight.session, insight.replies)
        self.best.set_value(self.rate(insight.best or 0.0))
        self.middle.set_value(self.rate(insight.middle or 0.0))
        self.head.set_summary(self.rate(insight.middle or 0.0) if insight.middle else "")

    def _describe(self, point: Point) -> str:
        text = self.tr("{rate} at {n} tokens").format(
            rate=self.rate(point.tok_s), n=numbers.tokens(point.n_past)
        )
        return self.tr("{text}, loaded otherwise").format(text=text) if point.is_other else text
