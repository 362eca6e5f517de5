#!/usr/bin/env bash
# Makes the emulated board: kernel, initial file system and device tree, from Debian's arm64 packages.
#
#   tests/hil/prepare.sh [FOLDER]      FOLDER is artifacts/hil/board by default
#
# FOLDER/vmlinuz       Debian's arm64 kernel
# FOLDER/initramfs     systemd, busybox, dropbear, what they and the firmware need, tests/hil/guest; not compressed
# FOLDER/board.dtb     qemu's own device tree of this machine, with an I2C bus of two GPIO lines
# FOLDER/lines.dtb     the same without the bus: its two lines are free, for benches that loop lines back
#
# Packages are downloaded by apt into FOLDER/packages and unpacked, never installed; root is not needed. A second call with nothing
# changed does nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
board=${1:-$here/../../artifacts/hil/board}
mkdir -p "$board"
board=$(cd "$board" && pwd)

for tool in apt-get dpkg-deb readelf cpio qemu-system-aarch64 fdtput mke2fs; do
  command -v "$tool" >/dev/null || [ -x "/usr/sbin/$tool" ] || { echo "tests/hil/prepare.sh needs $tool (tests/run.sh names its package)" >&2; exit 69; }
done
stamp=$(cat "$here/prepare.sh" "$here"/guest/{init,modules,shell} "$here"/guest/units/* "$here/machine" | sha256sum)
[ "$(cat "$board/stamp" 2>/dev/null)" != "$stamp" ] || exit 0

# --- apt for arm64, from this machine's sources but with a state of its own: neither its architectures nor its lists change
packages=$board/packages
mkdir -p "$packages/lists/partial" "$packages/cache/archives/partial"
touch "$packages/status"
cat >"$packages/apt.conf" <<END
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "";
Dir::State "$packages";
Dir::State::Status "$packages/status";
Dir::State::Lists "$packages/lists";
Dir::Cache "$packages/cache";
END
export APT_CONFIG=$packages/apt.conf
apt-get update -qq
kernel=$(apt-cache depends linux-image-arm64 | sed -n 's/.*Depends: //p')
apt-get install -qq -y --download-only --no-install-recommends busybox-static libc6 libstdc++6 libgpiod2 dropbear-bin systemd >/dev/null
(cd "$packages/cache/archives" && apt-get download -qq "$kernel")

# --- root of the initial file system
from=$board/unpacked root=$board/root
rm -rf "$from" "$root"
mkdir -p "$from" "$root"/{bin,dev,proc,sys,run,tmp,data,root,usr,var,lib/modules,etc/hil,etc/dropbear,etc/systemd/system}
ln -s ../bin "$root/usr/bin"
ln -s ../lib "$root/usr/lib"
ln -s ../run "$root/var/run"
ln -s /data/local "$root/usr/local"
ln -s /data/var/lib "$root/var/lib"
for package in "$packages"/cache/archives/*.deb; do dpkg-deb -x "$package" "$from"; done
cp "$from/boot/vmlinuz-"* "$board/vmlinuz"

# A program or library, and the libraries that it needs.
library() { find "$from/lib" "$from/usr/lib" -name "$1" -not -path '*/modules/*' | head -n 1; }
install() {
  cp -L "$1" "$root/$2/"
  local needed
  for needed in $(readelf -d "$1" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p'); do
    [ -e "$root/lib/$needed" ] || install "$(library "$needed")" lib
  done
}
install "$from/bin/busybox" bin
install "$from/usr/sbin/dropbear" bin
install "$from/lib/systemd/systemd" bin
install "$from/bin/systemctl" bin
install "$(library libgpiod.so.2)" lib
install "$(library libstdc++.so.6)" lib
while read -r module; do cp "$(find "$from/lib/modules" -name "$module.ko")" "$root/lib/modules/"; done <"$here/guest/modules"
cp "$here"/guest/{modules,shell} "$root/etc/hil/"
cp "$here"/guest/units/* "$root/etc/systemd/system/"
cp "$here/guest/init" "$root/"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\ngpio:x:997:\ni2c:x:998:\ndialout:x:20:\n' >"$root/etc/group"
printf '/bin/sh\n' >"$root/etc/shells"
printf 'board\n' >"$root/etc/hostname"
ln -s busybox "$root/bin/sh"
(cd "$root" && find . | sort | cpio -o -H newc -R 0:0 --quiet) >"$board/initramfs"

# --- device tree: two lines of the machine's GPIO chip become an I2C bus
qemu-system-aarch64 $(cat "$here/machine") -nodefaults -display none -machine dumpdtb="$board/lines.dtb" 2>/dev/null
fdtput -t s "$board/lines.dtb" / bench loopback   # a write of any kind drops the megabyte of padding, with which the kernel does not start
cp "$board/lines.dtb" "$board/board.dtb"
chip=$(fdtget -t x "$board/board.dtb" /pl061@9030000 phandle)
bus=/i2c-of-lines
put() { fdtput "$board/board.dtb" "$@"; }
put -c $bus
put -t s $bus compatible i2c-gpio
put -t x $bus sda-gpios "$chip" 5 6                  # 6: open drain, which the kernel makes of direction
put -t x $bus scl-gpios "$chip" 6 6
put -t i $bus i2c-gpio,delay-us 100                  # half a bit
put -t i $bus i2c-gpio,timeout-ms 5000               # how long the bench may stretch the clock
put -t i $bus '#address-cells' 1
put -t i $bus '#size-cells' 0

rm -rf "$from" "$root"
echo "$stamp" >"$board/stamp"
