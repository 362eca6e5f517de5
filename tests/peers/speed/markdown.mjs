// The report as a page.

const speed = (value) => (value === undefined ? "" : value.toFixed(value < 100 ? 1 : 0));
const times = (value) => `**${value.toFixed(2)}x**`;
const percent = (value) => (value === undefined ? "" : `${value >= 0 ? "+" : ""}${(100 * value).toFixed(1)} %`);
const whole = (value) => `${Math.round(100 * value)} %`;
const milliseconds = (value, digits = 0) => (1e3 * value).toFixed(digits);
const megabytes = (value, digits = 0) => (value / 1e6).toFixed(digits);
const table = (headings, rows) => [`| ${headings.join(" | ")} |`, `|${headings.map(() => "---").join("|")}|`, ...rows.map((cells) => `| ${cells.join(" | ")} |`)].join("\n");

export function markdown({ machine, prefill, decode, rank, pairs, results }) {
  const steps = [["prefill", prefill], ["decode", decode]];
  const parts = [
    `Machine: ${machine.processor}, ${machine.cores} cores, Linux ${machine.kernel}; .NET SDK ${machine.dotnet}, lordba ${machine.lordba}; llama.cpp ${machine.llama_cpp}; ${machine.date}.`,
    `${prefill} tokens of prefill, ${decode} tokens decoded after them; ${pairs} alternating pairs, medians of the pairs' ratios. Tokens per second are medians too. With one thread the time is processor time, with more it is the clock's.`,
    table(
      ["model", "threads", "step", "lordba, tok/s", "llama.cpp, tok/s", "lordba / llama.cpp", "best tokens of the oracle: lordba", "llama.cpp"],
      results.flatMap((r) => steps.map(([step]) => [r.model, r.threads, step, speed(r[step].tokens_per_second.lordba), speed(r[step].tokens_per_second.llama), times(r[step].ratio), whole(r.agreement.lordba), whole(r.agreement.llama)])),
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
  parts.push(table(
    ["model", "start to first token, beyond its prompt, ms", "attaching an adapter's file, ms", "to first token, beyond its prompt, ms", "switching, median / longest, ms", "allocated by switches, B", "peak memory beyond model and KV cache, MB", "model's pages of two processes: resident / proportional, MB each"],
    results.filter((r, i) => results.findIndex(({ model }) => model === r.model) === i).map(({ model, process: p, shared_pages: [first] }) => [
      model, milliseconds(p.start_up.first_token_seconds - p.start_up.prompt_seconds), milliseconds(p.attaching.seconds, 1), milliseconds(p.attaching.first_token_seconds - p.attaching.prompt_seconds, 1),
      `${milliseconds(p.switching.seconds, 3)} / ${milliseconds(p.switching.worst_seconds, 3)}`, p.switching.allocated_bytes, megabytes(p.memory.beyond_bytes, 1), `${megabytes(first.rss, 1)} / ${megabytes(first.pss, 1)}`,
    ])),
  );
  return parts.join("\n\n") + "\n";
}
