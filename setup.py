"""What pre-commit installs for the hook `switchback`: the prebuilt wheel of this version, from PyPI.

The wheel itself is made in packaging/python. Were its pyproject.toml here, every hook would compile Switchback.
"""

from setuptools import setup

setup(
    name="switchback-pre-commit",
    version="0.1.0",
    packages=[],
    py_modules=[],
    install_requires=["switchback-sql==0.1.0"],
)
