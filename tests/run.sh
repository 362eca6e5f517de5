#!/usr/bin/env bash
# Builds the solution, publishes the native binaries, runs every test and prints one summary line.
# Needs the .NET SDK. What else it needs it installs where it may (root on Debian or Ubuntu), and names where it may not.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# --- system packages: the linker and libraries for linux-arm64, the emulator that runs it, node for the peer readers, a browser for reports
packages=()
needs() { packages+=("$@"); }
has() { command -v "$1" >/dev/null; }
exists() { compgen -G "$1" >/dev/null; }
has clang || exists '/usr/bin/clang-??' || needs clang
{ has aarch64-linux-gnu-objcopy && exists '/usr/lib/gcc-cross/aarch64-linux-gnu/*/libgcc.a'; } || needs gcc-aarch64-linux-gnu
exists /usr/aarch64-linux-gnu/lib/libc.so || needs libc6-dev-arm64-cross
has qemu-aarch64-static || needs qemu-user-static
has node || needs nodejs
has npm || needs npm
has chromium || needs chromium
has strace || needs strace
has qemu-system-aarch64 || needs qemu-system-arm
has fdtput || needs device-tree-compiler
has cpio || needs cpio
[ -x /usr/sbin/mke2fs ] || needs e2fsprogs
has ssh-agent || needs openssh-client
if [ ${#packages[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && has apt-get; then
    echo "installing ${packages[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}" >/dev/null
  else
    echo "tests/run.sh: missing system packages; install them with" >&2
    echo "  sudo apt-get install --no-install-recommends ${packages[*]}" >&2
    exit 1
  fi
fi
(cd tests/peers && npm ci --silent --no-audit --no-fund)

# --- build; warnings are errors (Directory.Build.props)
dotnet build LoRDBA.sln -c Release -v quiet

# --- native binaries, to artifacts/publish/PROJECT/release_RID
publish() { echo "publishing $1 for $2"; dotnet publish "$1" -c Release -r "$2" -v quiet; }
publish firmware-tools/LoRDBA.Tool linux-x64
publish firmware-tools/LoRDBA.Tool linux-arm64
publish examples/SmartHome linux-x64
publish examples/HomePanel linux-arm64
publish tests/LoRDBA.Hil.Lines linux-arm64
publish examples/FirmwareKernels linux-x64
publish examples/FirmwareKernels linux-arm64
tests/publish-kernels.sh

# --- the emulated board; without it its tests are skipped with the reason
tests/hil/prepare.sh || echo "the emulated board could not be made"

# --- tests; each skipped one is listed with its reason
log=artifacts/tests.log
status=0
dotnet test --solution LoRDBA.sln -c Release --no-build --no-progress --max-parallel-test-modules 1 2>&1 | tee "$log" || status=$?
count() { sed -n "s/^  $1: \([0-9]*\)$/\1/p" "$log" | tail -n 1; }
for lines in artifacts/hil/runs/*/lines.log; do
  [ "$lines" -nt artifacts/hil/board/stamp ] || continue
  echo "lines driven and seen, $lines:"
  cat "$lines"
done
echo "$(count succeeded) passed, $(count failed) failed, $(count skipped) skipped"
exit "$status"
