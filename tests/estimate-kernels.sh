#!/usr/bin/env bash
# What the hot loops of the generated arm64 kernels cost, by llvm-mca on their disassembly: no board is needed, and no clock is read.
# A line a loop: instructions and cycles of an iteration, and multiply-adds a cycle.
# usage: estimate-kernels.sh [BINARY]    a binary of tests/publish-kernels.sh for linux-arm64
set -euo pipefail
cd "$(dirname "$0")/.."
binary=${1:-artifacts/publish/LoRDBA.Generated/linux-arm64-boards/LoRDBA.Generated}
mca=$(compgen -c llvm-mca | sort -V | tail -n 1)
[ -n "$mca" ] || { echo "$0: needs llvm-mca (apt-get install llvm)" >&2; exit 2; }
listing=$(mktemp)
trap 'rm -f "$listing"' EXIT
aarch64-linux-gnu-objdump -d --no-show-raw-insn "$binary" > "$listing"

# loop METHOD INSTRUCTION: the innermost loop of a method that holds the instruction, as assembler text.
loop() {
  awk -v method="$1" -v wanted="$2" '
    /^[0-9a-f]+ <.*>:$/ { on = index($2, "Kernels_" method ">") > 0; n = 0; next }
    on && /^ *[0-9a-f]+:/ {
      n++; at[n] = substr($1, 1, length($1) - 1)
      line = $0; sub(/^ *[0-9a-f]+:[ \t]*/, "", line); sub(/[ \t]*\/\/.*$/, "", line); text[n] = line
      if ($2 ~ /^(b|b\..*|cbn?z|tbn?z)$/ && match($0, /[0-9a-f]+ <[^>]*>/)) {
        target = substr($0, RSTART); sub(/ .*/, "", target)
        for (i = 1; i < n; i++) if (at[i] == target) {
          has = 0; for (j = i; j <= n; j++) { split(text[j], word, /[ \t]/); if (word[1] == wanted) has = 1 }
          if (has) { sub(/[0-9a-f]+ <[^>]*>/, "loop", text[n]); print "loop:"; for (j = i; j <= n; j++) print text[j]; exit }
        }
      }
    }' "$listing"
}

estimate() { # estimate METHOD INSTRUCTION MACS CPU
  local body report
  body=$(loop "$1" "$2")
  [ -n "$body" ] || { echo "no loop with $2 in $1" >&2; exit 1; }
  report=$("$mca" -mtriple=aarch64 -mcpu="$4" -iterations=100 <<< "$body" 2>/dev/null)
  awk -v name="$1" -v cpu="$4" -v macs="$3" '
    /^Instructions:/ { instructions = $2 / 100 } /^Total Cycles:/ { cycles = $3 / 100 }
    END { printf "| %s | %s | %d | %d | %.1f | %.1f |\n", name, cpu, macs, instructions, cycles, macs / cycles }' <<< "$report"
}

echo "| loop | model | MACs | instructions | cycles | MACs a cycle |"
echo "|---|---|---|---|---|---|"
for cpu in cortex-a72 neoverse-n1; do
  dot=AdvSimd instruction=sadalp
  [ $cpu = cortex-a72 ] || { dot=Dp instruction=sdot; }
  estimate "Down576R16__Panel$dot" $instruction 512 $cpu
  estimate "Down576R16__One$dot" $instruction 256 $cpu
  estimate "Up576R16__RowsAdvSimd" tbl 256 $cpu
done
