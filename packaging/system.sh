#!/bin/sh
# The system libraries that Qt needs, tried rather than listed: a window is opened, not a package looked up.
#   system.sh install            install them (Debian; root or passwordless sudo)
#   system.sh require PYTHON     install them where a hidden window does not open; fail with the one line otherwise
#   system.sh offer PYTHON       the same, but never fail
#   system.sh display PYTHON     succeed where there is a display that opens a window
set -u
PACKAGES="libegl1 libgl1 libglib2.0-0 libxkbcommon0 libfontconfig1 libfreetype6 libdbus-1-3 fonts-dejavu-core \
xvfb xauth libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 \
libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libx11-xcb1"

opens() {
    QT_QPA_PLATFORM=${2-} "$1" -c 'from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
QWidget().show()' >/dev/null 2>&1
}

install() {
    if [ "$(id -u)" = 0 ]; then as_root=""
    elif sudo -n true 2>/dev/null; then as_root="sudo -n"
    else return 1; fi
    command -v apt-get >/dev/null || return 1
    $as_root apt-get update -q >/dev/null
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -q --no-install-recommends $PACKAGES >/dev/null
}

ensure() {
    opens "$1" offscreen && return 0
    echo "Qt's system libraries are missing; installing them." >&2
    install && opens "$1" offscreen && return 0
    echo "Qt's system libraries are missing. On Debian or Ubuntu this installs them:" >&2
    echo "  sudo apt-get install -y $PACKAGES" >&2
    return 1
}

case "${1-}" in
install) install || { echo "sudo apt-get install -y $PACKAGES"; exit 1; } ;;
require) ensure "$2" ;;
offer) ensure "$2" || true ;;
display) { [ -n "${DISPLAY-}" ] || [ -n "${WAYLAND_DISPLAY-}" ] || [ "$(uname)" = Darwin ]; } && opens "$2" "${QT_QPA_PLATFORM-}" ;;
*) echo "usage: system.sh install | require PYTHON | offer PYTHON | display PYTHON" >&2; exit 2 ;;
esac
