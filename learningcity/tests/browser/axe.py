"""The rules of WCAG 2.2 AA that a machine can check."""

from axe_playwright_python.sync_playwright import Axe

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {rule: {"enabled": True} for rule in ("target-size", "td-has-header", "css-orientation-lock")},
}
VIEWS = [("ar", 320), ("fr", 1280)]  # both directions, both ends of the widths


def violations(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]
