#!/bin/sh
# Makes a virtual environment: make_environment.sh PYTHON FOLDER. Some systems ship python3 without ensurepip; there a pip
# that is installed beside it, or one found through virtualenv, sets the environment up.
set -eu
python=$1
folder=$2
if "$python" -m venv "$folder" 2>/dev/null && "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi
rm -rf "$folder"
if "$python" -m virtualenv --version >/dev/null 2>&1; then
    exec "$python" -m virtualenv --quiet "$folder"
fi
if "$python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --without-pip "$folder"
    exec "$python" -m pip --python "$folder/bin/python" install --quiet pip
fi
echo "python3 has neither venv with pip nor virtualenv: install your system's python3-venv" >&2
exit 1
