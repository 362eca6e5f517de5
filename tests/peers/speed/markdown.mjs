// The report as a page.

const speed = (value) => (value === undefined ? "" : value.toFixed(value < 100 ? 1 : 0));
const times = (value) => `**${value.toFixed(2)}x**`;
const percent = (value) => (value === undefined ? "" : `${value >= 0 ? "+" : ""}${(100 * value).toFixed(1)} %`);
const megabytes = (value) => (value / 1e6).toFixed(0);
const table = (headings, rows) => [`| ${headings.join(" | ")} |`, `|${headings.map(() => "---").join("|")}|`, ...rows.map((cells) => `| ${cells.join(" | ")} |`)].join("\n");

export function markdown({ machine, prefill, decode, rank, pairs, results }) {
  const steps = [["prefill", prefill], ["decode", decode]];
  const parts = [
    `Machine: ${machine.processor}, ${machine.cores} cores, Linux ${machine.kernel}; .NET SDK ${machine.dotnet}, lordba ${machine.lordba}; llama.cpp ${machine.llama_cpp}; ${machine.date}.`,
    `${prefill} tokens of prefill, ${decode} tokens decoded after them; ${pairs} alternating pairs, medians of the pairs' ratios. Tokens per second are medians too. With one thread the time is processor time, with more it is the clock's.`,
    table(
      ["model", "threads", "step", "lordba, tok/s", "llama.cpp, tok/s", "lordba / llama.cpp", "same best tokens"],
      results.flatMap((r) => steps.map(([step]) => [r.model, r.threads, step, speed(r[step].tokens_per_second.lordba), speed(r[step].tokens_per_second.llama), times(r[step].ratio), `${Math.round(100 * r.agreement)} %`])),
    ),
  ];
  if (results.some((r) => r.kernels))
    parts.push(
      `An adapter of rank ${rank} on all seven linears, beside the base alone in the same program:`,
      table(
        ["model", "threads", "step", "LoRDBA", "fp16 LoRA, lordba", "fp16 LoRA, llama.cpp", "LoRDBA, tok/s", "LoRA, llama.cpp, tok/s"],
        results.flatMap((r) => steps.map(([step]) => [
          r.model, r.threads, step, `**${percent(r[step].adapter_overhead)}**`, percent(r[step].lora_overhead), percent(r[step].llama_lora_overhead),
          speed(r[step].tokens_per_second.lordba_adapter), speed(r[step].tokens_per_second.llama_lora),
        ])),
      ),
      `Kernels of the LoRDBA adapter: ${[...new Set(results.flatMap((r) => r.kernels ?? []))].join(", ")}. Managed bytes that a turn allocated: ${Math.max(...results.map((r) => r.allocated_bytes))}.`,
    );
  parts.push(table(
    ["model", "threads", "peak memory of lordba (its adapters too), MB", "of llama.cpp with node, MB", "longest that a turn waited for other programs"],
    results.map((r) => [r.model, r.threads, megabytes(r.memory.lordba), megabytes(r.memory.llama), percent(r.waited)]),
  ));
  return parts.join("\n\n") + "\n";
}
