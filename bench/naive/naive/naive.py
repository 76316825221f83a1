"""The way a streaming answer is usually shown in Reflex: every token appended to one string var.

No sign-in, no ledger, no pacing, no recovery. The element ids are those of the real page.
"""

import reflex as rx
from openai import AsyncOpenAI


class Naive(rx.State):
    """The answer and whether it is being written."""

    phase: str = "idle"
    text: str = ""

    @rx.event(background=True)
    async def generate(self) -> None:
        """Ask the model and show each token as it comes."""
        async with self:
            self.phase, self.text = "streaming", ""
        stream = await AsyncOpenAI().chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "user", "content": "Write feedback on this interview."}],
            stream=True,
        )
        async for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                async with self:
                    self.text += chunk.choices[0].delta.content
        async with self:
            self.phase = "complete"


def page() -> rx.Component:
    """A button and the answer."""
    return rx.el.section(
        rx.button("Generate", id="generate-feedback", on_click=Naive.generate),
        rx.el.div(rx.markdown(Naive.text), id="live-feedback"),
        id="generation-panel",
        custom_attrs={"data-phase": Naive.phase},
    )


app = rx.App(toaster=None)
app.add_page(page, route="/")
