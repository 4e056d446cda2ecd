"""Holds requirements.txt to the Pythons that the README names: run by the environment that was installed from it.

For each Python from 3.10.0 to the newest, the pins whose markers choose them there must, as far as they are installed
here, say in their own metadata that they run on it. Prints those that do not, one a line.
"""

import sys
from importlib.metadata import PackageNotFoundError, metadata

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

NEWEST = 15  # 3.15
PATCHES = 25  # no Python 3 had more releases of a minor version


def pins():
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                yield Requirement(line.strip())


checked = set()
for pin in pins():
    try:
        installed = metadata(pin.name)
    except PackageNotFoundError:
        continue
    if installed["Version"] not in pin.specifier:
        continue  # the pin is for other Pythons than this one
    checked.add(pin.name)
    accepted = SpecifierSet(installed["Requires-Python"] or "")
    for minor in range(10, NEWEST + 1):
        for patch in range(PATCHES):
            python = f"3.{minor}.{patch}"
            where = {"python_version": f"3.{minor}", "python_full_version": python}
            if (pin.marker is None or pin.marker.evaluate(where)) and python not in accepted:
                print(f"{pin} needs Python {accepted}, but is chosen on {python}")
if len(checked) < 60:
    print(f"only {len(checked)} pins are installed here")
