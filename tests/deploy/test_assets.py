from __future__ import annotations

from pathlib import Path

import pytest

from deploy.assets import ForeignUrl, bring, without_foreign_fonts

FONT = "@font-face{font-family:F;src:url(https://fonts.example/f.woff2)}"


def test_given_a_stylesheet_with_fonts_when_cleaned_then_no_host_is_named() -> None:
    clean = without_foreign_fonts(
        FONT + "a{background:url(/assets/images/x.svg)}/*# sourceMappingURL=a.map */"
    )
    assert clean == "a{background:url(assets/images/x.svg)}"


@pytest.mark.parametrize(
    "rule", ["a{background:url(https://x.example/a.png)}", '@import "//x.example/a.css";']
)
def test_given_a_stylesheet_that_fetches_from_outside_when_cleaned_then_it_is_refused(rule: str) -> None:
    with pytest.raises(ForeignUrl, match=r"x\.example"):
        without_foreign_fonts(rule)


def test_given_old_files_when_assets_are_brought_then_only_the_new_ones_are_there(tmp_path: Path) -> None:
    source, target = tmp_path / "dist", tmp_path / "static"
    (source / "assets").mkdir(parents=True)
    target.mkdir()
    (target / "old.css").write_text("")
    (source / "assets" / "icon.svg").write_text("<svg/>")
    (source / "nhsuk-frontend.min.css").write_text(FONT)
    (source / "nhsuk-frontend.min.js").write_text("1\n//# sourceMappingURL=a.map")
    bring(source, target)
    names = sorted(p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file())
    assert names == ["assets/icon.svg", "nhsuk-frontend.min.css", "nhsuk-frontend.min.js"]
