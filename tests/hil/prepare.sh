#!/usr/bin/env bash
# Makes the emulated board: kernel, initial file system and device tree, from Debian's arm64 packages.
#
#   tests/hil/prepare.sh [FOLDER]      FOLDER is artifacts/hil/board by default
#
# FOLDER/vmlinuz       Debian's arm64 kernel
# FOLDER/initramfs     busybox, the modules and libraries that the firmware and the bench need, tests/hil/guest/*; not compressed
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

for tool in apt-get dpkg-deb cpio qemu-system-aarch64 fdtput mke2fs; do
  command -v "$tool" >/dev/null || [ -x "/usr/sbin/$tool" ] || { echo "tests/hil/prepare.sh needs $tool (tests/run.sh names its package)" >&2; exit 69; }
done
stamp=$(cat "$here/prepare.sh" "$here"/guest/* "$here/machine" | sha256sum)
[ "$(cat "$board/stamp" 2>/dev/null)" != "$stamp" ] || exit 0

# --- apt for arm64 with a state of its own: neither the architectures nor the lists of this machine change
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keys" ] || { echo "tests/hil/prepare.sh needs $keys: apt-get install debian-archive-keyring" >&2; exit 69; }
packages=$board/packages
mkdir -p "$packages/lists/partial" "$packages/cache/archives/partial"
touch "$packages/status"
cat >"$packages/sources.list" <<END
deb [signed-by=$keys] http://deb.debian.org/debian bookworm main
deb [signed-by=$keys] http://deb.debian.org/debian-security bookworm-security main
END
cat >"$packages/apt.conf" <<END
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "";
Dir::Etc::SourceList "$packages/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State "$packages";
Dir::State::Status "$packages/status";
Dir::State::Lists "$packages/lists";
Dir::Cache "$packages/cache";
END
export APT_CONFIG=$packages/apt.conf
apt-get update -qq
kernel=$(apt-cache depends linux-image-arm64 | sed -n 's/.*Depends: //p')
(cd "$packages" && apt-get download -qq "$kernel" busybox-static libc6 libgcc-s1 libstdc++6 libgpiod2 dropbear-bin libcrypt1 libtomcrypt1 libtommath1 libgmp10 zlib1g)

# --- root of the initial file system
root=$board/root
rm -rf "$root" "$board/unpacked"
mkdir -p "$root"/{bin,dev,proc,sys,run,tmp,data,root,etc/hil,lib/modules,var/lib} "$board/unpacked"
for package in "$packages"/*.deb; do dpkg-deb -x "$package" "$board/unpacked"; done
from=$board/unpacked
cp "$from/boot/vmlinuz-"* "$board/vmlinuz"
cp "$from/bin/busybox" "$root/bin/"
cp "$from/usr/sbin/dropbear" "$root/bin/"
cp "$from/lib/ld-linux-aarch64.so.1" "$root/lib/"
for folder in "$from/lib/aarch64-linux-gnu" "$from/usr/lib/aarch64-linux-gnu"; do
  find "$folder" -maxdepth 1 \( -name 'lib*.so.[0-9]*' -o -name 'lib[a-z]*-[0-9]*.so' \) -exec cp -P {} "$root/lib/" \;
done
for module in $(cat "$here/guest/modules"); do
  cp "$(find "$from/lib/modules" -name "$module.ko")" "$root/lib/modules/"
done
cp "$here"/guest/* "$root/etc/hil/"
cp "$here/guest/inittab" "$root/etc/inittab"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf '/bin/sh\n' >"$root/etc/shells"
ln -s /etc/hil/boot "$root/init"
ln -s busybox "$root/bin/sh"
(cd "$root" && find . | sort | cpio -o -H newc -R 0:0 --quiet) >"$board/initramfs"

# --- device tree: two lines of the machine's GPIO chip become an I2C bus
qemu-system-aarch64 $(cat "$here/machine") -nodefaults -display none -machine dumpdtb="$board/lines.dtb" 2>/dev/null
cp "$board/lines.dtb" "$board/board.dtb"
chip=$(fdtget -t x "$board/board.dtb" /pl061@9030000 phandle)
bus=/i2c-of-lines
put() { fdtput "$board/board.dtb" "$@"; }
put -c $bus
put -t s $bus compatible i2c-gpio
put -t x $bus sda-gpios "$chip" 5 6                  # 6: open drain, which the kernel makes of direction
put -t x $bus scl-gpios "$chip" 6 6
put -t i $bus i2c-gpio,delay-us 200                  # half a bit: how long the bus rests after a STOP
put -t i $bus i2c-gpio,timeout-ms 5000               # how long the bench may stretch the clock
put -t i $bus '#address-cells' 1
put -t i $bus '#size-cells' 0

rm -rf "$from" "$root"
echo "$stamp" >"$board/stamp"
