"""Writes each example of a document that follows `<!-- file: NAME -->` to NAME in a folder, for its schema to be checked."""

import pathlib
import re
import sys

document, folder = sys.argv[1:]
text = pathlib.Path(document).read_text(encoding="utf-8")
examples = re.findall(r"^<!-- file: (\S+) -->\n+```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
fences = re.findall(r"^```yaml$", text, re.MULTILINE)
if len(examples) != len(fences):
    sys.exit(f"{document}: {len(fences)} blocks of YAML, but {len(examples)} say which file they are")
for name, example in examples:
    path = pathlib.Path(folder) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(example, encoding="utf-8")
