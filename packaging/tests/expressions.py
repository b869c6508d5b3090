"""Fails where a script of an action or workflow holds an expression: what a stranger wrote would be run."""

import sys

import yaml


def scripts(node, path):
    """Every `run` and `script`, with its place."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("run", "script") and isinstance(value, str):
                yield f"{path}.{key}", value
            else:
                yield from scripts(value, f"{path}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from scripts(value, f"{path}[{index}]")


found = 0
failures = []
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        for path, script in scripts(yaml.safe_load(file), name):
            found += 1
            if "${{" in script:
                failures.append(f"{path}: hand it over in `env` instead: {script!r}")
if not found:
    failures.append("no scripts were found")
sys.exit("\n".join(failures) or 0)
