#!/usr/bin/env bash
# What the hot loops of the arm64 kernels cost, by llvm-mca on their disassembly: no board is needed, and no clock is read. Two tables:
#   the generated kernels of the signs: instructions and cycles of an iteration, and multiply-adds a cycle;
#   the base's product beside llama.cpp's own arm64 library (from npm, once, to artifacts/), both with all that a block of 32 weights costs.
# usage: estimate-kernels.sh [BINARY]    a binary of tests/publish-kernels.sh for linux-arm64
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
binary=${1:-artifacts/publish/LoRDBA.Generated/linux-arm64-boards/LoRDBA.Generated}
peer=artifacts/peers/node-llama-cpp-linux-arm64-3.22.1
# What llama.cpp takes on such a processor: Cortex-A72 has no dot products of bytes, Neoverse-N1 (the A76's sister) has them, and half-precision arithmetic.
declare -A library=([cortex-a72]=libggml-cpu-armv8.0_1.so [neoverse-n1]=libggml-cpu-armv8.2_2.so)

missing() { echo "$0: needs $1" >&2; exit 2; }
[ -e "$binary" ] || missing "$binary (tests/publish-kernels.sh linux-arm64 boards)"
command -v aarch64-linux-gnu-objdump > /dev/null || missing "aarch64-linux-gnu-objdump (apt-get install binutils-aarch64-linux-gnu)"
mca=$(compgen -c llvm-mca | sort -V | tail -n 1)
# Earlier ones take neoverse-n1 for a Cortex-A57.
[ -n "$mca" ] && [ "$("$mca" --version | sed -n 's/.*LLVM version \([0-9]*\).*/\1/p')" -ge 19 ] || missing "llvm-mca 19 or newer (apt-get install llvm-19)"
if [ ! -d "$peer" ]; then
  command -v npm > /dev/null || missing "npm, to fetch llama.cpp's arm64 library"
  mkdir -p "$peer.part"
  npm pack --silent --pack-destination "$peer.part" @node-llama-cpp/linux-arm64@3.22.1 > /dev/null
  tar -xzf "$peer.part"/*.tgz -C "$peer.part" --strip-components=3 --wildcards 'package/bins/linux-arm64/libggml-cpu-*'
  rm "$peer.part"/*.tgz && mv "$peer.part" "$peer"
fi
listings=$(mktemp -d)
trap 'rm -r "$listings"' EXIT
list() { aarch64-linux-gnu-objdump -d --no-show-raw-insn "$1" > "$listings/$2"; }
list "$binary" ours
for cpu in "${!library[@]}"; do list "$peer/${library[$cpu]}" $cpu; done

# loop LISTING METHOD INSTRUCTION TIMES: the first innermost loop that holds the instruction, of the first method whose name fits, as assembler text.
# With TIMES, the loop around it instead, and the inner one in it so many times.
loop() {
  awk -v method="$2" -v wanted="$3" -v times="$4" '
    function print_lines(from, to,   i) { for (i = from; i <= to; i++) print text[i] }
    /^[0-9a-f]+ <.*>:$/ { on = $0 ~ "<" method ">:$"; n = 0; inner = 0; next }
    on && /^ *[0-9a-f]+:/ {
      n++; at[n] = substr($1, 1, length($1) - 1)
      line = $0; sub(/^ *[0-9a-f]+:[ \t]*/, "", line); sub(/[ \t]*\/\/.*$/, "", line); text[n] = line
      if (!match(line, /[0-9a-f]+ <.*/)) next
      target = substr(line, RSTART); sub(/ .*/, "", target); sub(/[0-9a-f]+ <.*/, "loop", text[n])
      if ($2 ~ /^(b|b\..*|cbn?z|tbn?z)$/) {
        for (i = 1; i < n && at[i] != target; i++);
        if (i == n) next
        if (!inner) { for (j = i; j <= n; j++) { split(text[j], word, /[ \t]/); if (word[1] == wanted) inner = i } last = n }
        if (inner && !times) { print "loop:"; print_lines(inner, last); exit }
        if (inner && i < inner) { print "loop:"; print_lines(i, inner - 1); for (k = 0; k < times; k++) print_lines(inner, last); print_lines(last + 1, n); exit }
      }
    }' "$listings/$1"
}

# cost MODEL LISTING METHOD INSTRUCTION [TIMES]: instructions and cycles of an iteration.
cost() {
  local body report
  body=$(loop "$2" "$3" "$4" "${5:-0}")
  [ -n "$body" ] || { echo "no loop with $4 in $3" >&2; exit 1; }
  report=$("$mca" -mtriple=aarch64 -mattr=+dotprod,+fullfp16 -mcpu="$1" -iterations=100 <<< "$body")
  awk '/^Instructions:/ { instructions = $2 / 100 } /^Total Cycles:/ { cycles = $3 / 100 } END { print instructions, cycles }' <<< "$report"
}

signs() { # signs METHOD INSTRUCTION MACS MODEL
  cost "$4" ours ".*Kernels_$1" "$2" | awk -v name="$1" -v cpu="$4" -v macs="$3" '{ printf "| %s | %s | %d | %d | %.1f | %.1f |\n", name, cpu, macs, $1, $2, macs / $2 }'
}

echo "| loop | model | MACs | instructions | cycles | MACs a cycle |"
echo "|---|---|---|---|---|---|"
for cpu in cortex-a72 neoverse-n1; do
  dot=AdvSimd instruction=sadalp
  [ $cpu = cortex-a72 ] || { dot=Dp instruction=sdot; }
  signs "Shrink576R16__Batch$dot" $instruction 512 $cpu
  signs "Shrink576R16__One$dot" $instruction 256 $cpu
  signs "Expand576R16__RowsAdvSimd" tbl 256 $cpu
done

base() { # base NAME MODEL MACS "METHOD INSTRUCTION [TIMES]" MACS "METHOD INSTRUCTION [TIMES]"    ours, then llama.cpp's
  local ours theirs
  # shellcheck disable=SC2086
  ours=$(cost "$2" ours $4)
  # shellcheck disable=SC2086
  theirs=$(cost "$2" "$2" $6)
  awk -v name="$1" -v cpu="$2" -v m="$3" -v n="$5" '{ printf "| %s | %s | %.1f | %.2f | %.2f | %.1f | %.2f | %.2f | %.2f |\n", name, cpu, 32 * $1 / m, 32 * $2 / m, m / $2, 32 * $3 / n, 32 * $4 / n, n / $4, $2 / m / ($4 / n) }' <<< "$ours $theirs"
}

echo
echo "| base | model | instructions of 32 MACs | cycles | MACs a cycle | llama.cpp's instructions | cycles | MACs a cycle | our cycles / theirs |"
echo "|---|---|---|---|---|---|---|---|---|"
# batch PATH, row FORMAT PRODUCT: the names of the methods. Formats without a minimum share one batch loop, and the linker keeps it under one of their names.
batch() { echo ".*$1Batch_1<[^>]*(Q8_0|Q4_0|Q5_0|IQ4_NL)>__FourTokens"; }
row() { echo ".*Arm64Rows_1<[^>]*$1>__Run<.*$2Product_1<.*>>"; }
for format in Q8_0 Q4_0; do
  dot=ggml_vec_dot_${format,,}_q8_0
  base "batch, AdvSimd, beside $dot" cortex-a72 1024 "$(batch AdvSimd) smlal 4" 64 "$dot smull"
  base "token, $format, AdvSimd, beside $dot" cortex-a72 512 "$(row $format "(Wide|Nibble)") smlal" 64 "$dot smull"
done
for format in Q8_0 Q4_0; do
  dot=ggml_vec_dot_${format,,}_q8_0
  base "batch, Dp, beside $dot" neoverse-n1 1024 "$(batch Dp) sdot" 64 "$dot sdot"
  base "token, $format, Dp, beside $dot" neoverse-n1 512 "$(row $format Dp) sdot" 64 "$dot sdot"
done
# On processors with dot products llama.cpp makes itself a copy of the weights, four rows beside each other, unless it is told not to.
base "batch, Dp, beside repacked Q8_0" neoverse-n1 1024 "$(batch Dp) sdot" 512 "ggml_gemm_q8_0_4x4_q8_0 sdot"
base "batch, Dp, beside repacked Q4_0" neoverse-n1 1024 "$(batch Dp) sdot" 2048 "ggml_gemm_q4_0_4x4_q8_0 sdot"
for format in Q8_0 Q4_0; do
  base "token, $format, Dp, beside repacked $format" neoverse-n1 512 "$(row $format Dp) sdot" 128 "ggml_gemv_${format,,}_4x4_q8_0 sdot"
done
