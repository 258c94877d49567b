"""The documentation site: the Markdown of this folder and the docstrings of the Python package, built by scripts/build_docs."""

from __future__ import annotations

import json
import pathlib
import re

import docutils.nodes
import sphinx.application
import sphinx.util.logging
from myst_parser.parsers.sphinx_ import MystParser

HERE = pathlib.Path(__file__).resolve().parent
logger = sphinx.util.logging.getLogger(__name__)

project = "Engram"
author = "the authors of Engram"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown", ".ipynb": "notebook"}
root_doc = "index"
exclude_patterns = ["build", "**/.ipynb_checkpoints"]
html_theme = "alabaster"
html_theme_options = {
    "description": "A store of trajectories of statistics that are recorded while neural networks learn", "fixed_sidebar": True,
    "page_width": "68em",
}
html_show_sourcelink = False
html_copy_source = False

# Text in a guide is Markdown; a session is shown as it is typed.
myst_heading_anchors = 3
# Sphinx colours languages that it knows; a language of its own is no error in a guide.
highlight_language = "none"
# Two classes may have an attribute of one name, which a type in a docstring does not mean.
suppress_warnings = ["misc.highlighting_failure", "ref.python"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_type_aliases = {"npt.ArrayLike": "ArrayLike", "npt.DTypeLike": "DTypeLike"}
autodoc_default_options = {
    "members": True, "show-inheritance": True,
    # scikit-learn makes these for every estimator.
    "exclude-members": "set_fit_request, set_predict_request, set_score_request, set_predict_proba_request",
}
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
napoleon_use_param = False
napoleon_preprocess_types = False

LINK = re.compile(r"\[([^\[\]]*)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)]*)?\)")


def outer_links(app: sphinx.application.Sphinx, page: str, source: list[str]) -> None:
    """Links to files of the repository outside of this folder become their names; a file that is not there is a warning."""
    folder = (HERE / page).parent

    def shown(match: re.Match[str]) -> str:
        target = (folder / match[2]).resolve()
        if target.is_relative_to(HERE):
            return match[0]
        if not target.exists():
            logger.warning("a link leads to a file that is not there: %s", match[2], location=page)
        name = target.relative_to(HERE.parent)
        return match[1] if match[1].strip("`") == str(name) else f"{match[1]} (`{name}`)"

    if page not in ("reference", "quickstart"):
        source[0] = LINK.sub(shown, source[0])


class NotebookParser(MystParser):
    """A notebook as Markdown: its cells, and the outputs that are kept in it."""

    supported = ("notebook",)

    def parse(self, inputstring: str, document: docutils.nodes.document) -> None:
        parts = []
        for cell in json.loads(inputstring)["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                parts.append(text)
                continue
            parts.append(f"```python\n{text}\n```")
            parts += [shown(output) for output in cell["outputs"]]
        super().parse("\n\n".join(parts), document)


def shown(output: dict[str, object]) -> str:
    """An output of a cell as Markdown: the picture, the table, or the text."""
    data = output.get("data", {})
    if "image/png" in data:
        return f'```{{raw}} html\n<img src="data:image/png;base64,{"".join(data["image/png"]).strip()}">\n```'
    if "text/html" in data:
        return f'```{{raw}} html\n{"".join(data["text/html"])}\n```'
    text = "".join(data.get("text/plain", output.get("text", "")))
    return f"```text\n{text.rstrip()}\n```"


def setup(app: sphinx.application.Sphinx) -> None:
    """Registers what this file adds."""
    app.add_source_parser(NotebookParser)
    app.connect("source-read", outer_links)
