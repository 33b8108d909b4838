"""Accessibility as far as a program can tell: axe-core's rules, what is cut, what scrolls sideways, where the focus is."""

import re
from importlib.resources import files
from typing import Any, List

from playwright.sync_api import Page

from tests.browser.clicks import Place

SOURCE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RUN = """async () => (await axe.run(document, {resultTypes: ['violations'], preload: false})).violations.map(
    (rule) => [rule.id, rule.impact, rule.nodes.map((node) => node.target.join(' ') + ': ' + node.failureSummary)])"""
CUT = """() => [...document.querySelectorAll('.dunning *, .notice *, main *')].filter((one) => {
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    if (!box.width || !box.height || one.closest('.hidden, .skip, svg') || style.visibility === 'hidden') return false;
    for (let up = one; up; up = up.parentElement) {
        const outer = getComputedStyle(up);
        if (outer.clipPath !== 'none') return false;
        if (up !== one && ['auto', 'scroll'].includes(outer.overflowX)) {
            return up.tabIndex < 0 && !up.querySelector('a, button, input');  // scrolls, but not by keyboard
        }
    }
    const clips = ['hidden', 'clip'].includes(style.overflowX) || ['hidden', 'clip'].includes(style.overflowY);
    return box.right > innerWidth + 1 || box.left < -1
        || (clips && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1));
}).map((one) => one.outerHTML.slice(0, 120))"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUS = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    return {
        ours: !!one.closest('.dunning'),
        text: one.innerText || (one.labels && one.labels.length ? one.labels[0].innerText : '') || one.title || '',
        tag: one.tagName,
        visible: one.tagName === 'IFRAME' || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
            && box.bottom > 0 && box.top < innerHeight && box.width > 0),
    };
}"""


def violations(place: Place) -> List[Any]:
    """What axe-core finds on the whole page, the skin included: rule, impact, elements."""
    if not place.evaluate("() => !!window.axe"):
        place.evaluate(SOURCE)
    return list(place.evaluate(RUN))


def cut(place: Place) -> List[str]:
    """Elements that stick out of the window, or whose text is cut off."""
    return list(place.evaluate(CUT))


def scrolls_sideways(place: Place) -> bool:
    """Must a reader scroll the page itself to the side?"""
    return int(place.evaluate(SIDEWAYS)) > 0


def focus(place: Place) -> Any:
    """The element that has the focus: text, tag, whether it is ours and can be seen to have it."""
    return place.evaluate(FOCUS)


def tab_to(page: Page, text: str, tag: str = "") -> None:
    """Press Tab until that has the focus; at each stop within the page the focus can be seen."""
    for _ in range(150):
        page.keyboard.press("Tab")
        here = focus(page)
        if here["ours"]:
            assert here["visible"], here
        if re.fullmatch(text, here["text"].strip()) and tag in ("", here["tag"]):
            return
    raise AssertionError(f"Tab never comes to {text}")
