"""What a form that came back says is wrong: in its summary and beside each field."""

from __future__ import annotations

import html
import re

SUMMARY = re.compile(r'<div class="nhsuk-error-summary".*?</ul>', re.S)
LINK = re.compile(r'<a href="#([^"]+)">(.*?)</a>', re.S)
BESIDE = re.compile(r'<span class="nhsuk-error-message"[^>]*>(.*?)</span>\s*(.*?)</span>|'
                    r'<p class="nhsuk-error-message"[^>]*>(.*?)</p>', re.S)  # fmt: skip


def _words(markup: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", markup))).strip()


def told(page: str) -> dict[str, str]:
    """Field -> what is wrong, as the summary links it. Each link leads to a field of the page, and the same
    words stand beside a field.
    """
    summary = SUMMARY.search(page)
    if summary is None:
        return {}
    lines = len(re.findall(r"<li>|<li ", summary[0]))
    links = {name: _words(words) for name, words in LINK.findall(summary[0])}
    assert len(links) == lines, f"{lines} lines, of which only these lead to a field: {sorted(links)}"
    rest = page[summary.end() :]
    beside = [_words("".join(each)) for each in BESIDE.findall(rest)]
    for name, words in links.items():
        assert len(re.findall(rf'\sid="{re.escape(name)}"', rest)) == 1, f"no field {name}"
        asked = name.startswith("confirm-") and words in _words(rest)  # the question stands above its box
        assert asked or any(words in each for each in beside), (name, words, beside)
    return links
