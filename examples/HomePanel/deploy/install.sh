#!/bin/sh
# Installs the home panel on a board, or removes it. Runs on the board, as root; running it again changes nothing but the program.
#   scp HomePanel home-panel.service install.sh BOARD:/tmp/ && ssh BOARD 'cd /tmp && sudo sh install.sh'
#   ssh BOARD 'cd /tmp && sudo sh install.sh uninstall'           leaves /etc/home-panel and /var/lib/home-panel
set -eu

fail() { echo "install.sh: $1" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail "root is needed. Run it by sudo."
command -v systemctl >/dev/null || fail "there is no systemd on this machine."

unit=/etc/systemd/system/home-panel.service
if [ "${1:-}" = uninstall ]; then
  systemctl disable --now home-panel 2>/dev/null || true
  rm -rf "$unit" "$unit.d" /usr/local/bin/home-panel
  systemctl daemon-reload
  echo "removed; /etc/home-panel and /var/lib/home-panel are left"
  exit 0
fi
[ $# = 0 ] || fail "'$1' is no argument. There is one: uninstall."
for file in HomePanel home-panel.service; do
  [ -f "$file" ] || fail "$file is not in this folder. Copy HomePanel, home-panel.service and install.sh into one folder."
done

# What is missing is told, and is no reason to stop: without lines the panel simulates them.
ls /dev/gpiochip* >/dev/null 2>&1 || echo "missing: /dev/gpiochip0; the panel will simulate its lines"
ldconfig -p | grep -q 'libgpiod\.so\.[23]' || echo "missing: libgpiod; sudo apt-get install libgpiod3, or libgpiod2 where that is not known"
ls /dev/i2c-* >/dev/null 2>&1 || echo "missing: /dev/i2c-*; for a sensor: sudo raspi-config nonint do_i2c 0"

groups=
for group in gpio i2c dialout; do
  if getent group "$group" >/dev/null; then groups="$groups $group"; fi
done

# Beside its place and renamed: a power cut leaves the old program or the new one.
install -m 755 HomePanel /usr/local/bin/home-panel.new
sync /usr/local/bin/home-panel.new
mv /usr/local/bin/home-panel.new /usr/local/bin/home-panel
install -m 644 home-panel.service "$unit"
mkdir -p "$unit.d" /etc/home-panel
printf '[Service]\nSupplementaryGroups=%s\n' "${groups# }" > "$unit.d/groups.conf"
systemctl daemon-reload
systemctl enable home-panel >/dev/null 2>&1
systemctl restart home-panel || fail "the panel does not start. journalctl -u home-panel says why."
systemctl --no-pager --lines=0 status home-panel | head -n 3
