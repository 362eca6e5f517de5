#!/usr/bin/env bash
# Looks at the disassembly of the generated kernels in a published binary that still has its symbols:
#   every innermost loop is free of calls, and no kernel can throw for an index (it has no bounds check);
#   each shrink kernel has a loop with the product instruction of its path, each expand kernel one with the look-up.
# On arm64 the same of the base's loops, in all formats.
# usage: check-kernels.sh BINARY PATH   where PATH is Dp, AdvSimd, Avx2 or Avx512; prints one line, exits 1 on a violation
set -euo pipefail
[ $# = 2 ] || { echo "usage: $0 BINARY Dp|AdvSimd|Avx2|Avx512" >&2; exit 2; }
binary=$1 path=$2
case $path in
  Dp)
    objdump=aarch64-linux-gnu-objdump shrink='^sdot$' expand='^tbl$' expand_path=AdvSimd base='^sdot$' product=DpProduct ;;
  AdvSimd)
    objdump=aarch64-linux-gnu-objdump shrink='^sadalp$' expand='^tbl$' expand_path=AdvSimd base='^smlal$' product='(Wide|Nibble)Product' ;;
  Avx2|Avx512)
    objdump=objdump shrink='^vpmaddubsw$' expand='^vpshufb$' expand_path=$path ;;
  *) echo "unknown path $path" >&2; exit 2 ;;
esac
command -v "$objdump" >/dev/null || { echo "$0: needs $objdump (apt-get install binutils or binutils-aarch64-linux-gnu)" >&2; exit 2; }

"$objdump" -d --no-show-raw-insn "$binary" | awk -v path="$path" -v expand_path="$expand_path" -v shrink="$shrink" -v expand="$expand" \
  -v base="${base:-}" -v product="${product:-}" '
  function hex(text,   i, value) { value = 0; for (i = 1; i <= length(text); i++) value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1; return value }
  # A loop is a jump back; an innermost one has no other jump back between its target and itself.
  function finish(   i, j, inner, has) {
    if (name == "") return
    kernels++
    if (name ~ /(Batch|Arm64Rows)_1</) bases++
    has = 0
    for (i = 1; i <= n; i++) if (to[i] != "" && to[i] <= at[i] && to[i] >= at[1]) {
      inner = 1
      for (j = 1; j < i; j++) if (at[j] >= to[i] && to[j] != "" && to[j] <= at[j] && to[j] >= to[i]) inner = 0
      if (!inner) continue
      loops++
      for (j = 1; j <= i; j++) if (at[j] >= to[i]) {
        if (op[j] ~ /^(bl|blr|call|callq)$/) { print name " a call in a loop at " sprintf("%x", at[j]); bad = 1 }
        if (op[j] ~ wanted) has = 1
      }
    }
    if (throws) { print name " it has a bounds check"; bad = 1 }
    if (!has) { print name " no loop with " wanted; bad = 1 }
    name = ""
  }
  /^[0-9a-f]+ <.*>:$/ {
    finish()
    throws = 0; n = 0
    if ($0 ~ "Kernels_Shrink[0-9]+R[0-9]+__(Batch|One)" path ">:$") { name = $2; wanted = shrink }
    else if ($0 ~ "Kernels_Expand[0-9]+R[0-9]+__(Rows|Batch)" expand_path ">:$") { name = $2; wanted = expand }
    else if (base != "" && $0 ~ path "Batch_1<.*__(FourTokens|OneToken)>:$|Arm64Rows_1<.*__Run<.*" product "_1<.*>>:$") { name = $2; wanted = base }
    next
  }
  name != "" && /^ *[0-9a-f]+:/ {
    n++
    at[n] = hex(substr($1, 1, length($1) - 1)); op[n] = $2; to[n] = ""
    if ($0 ~ /RangeCheck|IndexOutOfRange|ThrowHelper/) throws = 1
    if (op[n] ~ /^(b|b\..*|cbn?z|tbn?z|j.*)$/ && match($0, /[0-9a-f]+ <[^>]*>/)) { target = substr($0, RSTART); sub(/ .*/, "", target); to[n] = hex(target) }
  }
  END {
    finish()
    if (kernels == bases) { print "no kernels of path " path " in it"; exit 1 }
    if (base != "" && bases == 0) { print "no loops of the base for path " path " in it"; exit 1 }
    printf "%s: %d kernel methods, %d innermost loops: no call, no bounds check, the product of the path in each method%s\n", path, kernels, loops, bad ? " (violated)" : ""
    exit bad
  }'
