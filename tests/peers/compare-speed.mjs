// node compare-speed.mjs [--quick] [options]: the speed of lordba beside llama.cpp's, on this machine, as Markdown and JSON in artifacts/speed.
// Programs run pinned and take turns, never two at a time; what counts are ratios within one pair of turns, and their median. With one thread the
// time is the processor time, which other programs do not change; with more it is the time on the clock.
process.chdir(new URL("../..", import.meta.url).pathname);
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { agreement, oracleBest } from "./speed/agreement.mjs";
import { describeMachine, hasAvx512 } from "./speed/machine.mjs";
import { median, overhead, ratio, tokensPerSecond } from "./speed/figures.mjs";
import { markdown } from "./speed/markdown.mjs";
import { lordba, makeAdapters, makeModel, publish } from "./speed/prepare.mjs";
import { sharedPages } from "./speed/sharing.mjs";
import { llamaWorker, lordbaWorker } from "./speed/worker.mjs";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    pairs: { type: "string" },
    models: { type: "string" },
    threads: { type: "string" },
    rank: { type: "string", default: "16" },
    prefill: { type: "string", default: "500" },
    decode: { type: "string", default: "64" },
    "base-only": { type: "boolean", default: false },
    "no-publish": { type: "boolean", default: false },
    avx2: { type: "boolean", default: false },
  },
});
const list = (text) => text.split(",").filter((item) => item);
const pairs = +(values.pairs ?? (values.quick ? 3 : 7));
const models = list(values.models ?? (values.quick ? "smollm2-q8_0,smollm2-q4_0" : "smollm2-q8_0,smollm2-q4_0,smollm2-q4_1,1b-q8_0,1b-q4_0"));
const threadCounts = list(values.threads ?? (values.quick ? "1" : "1,2")).map(Number);
const [prefill, decode] = [+values.prefill, +values.decode];
const board = hasAvx512() && !values.avx2 ? "x64-v4" : "x64-v3";

if (!values["no-publish"]) publish(board);
const results = [];
for (const name of models) {
  const model = makeModel(name);
  const adapters = values["base-only"] ? null : makeAdapters(name, model, +values.rank);
  const figures = processFigures(model);
  const shared_pages = await sharedPages(board, model);
  for (const threads of threadCounts) results.push({ ...await measure(name, model, adapters, threads), process: figures, shared_pages });
}

const report = { machine: describeMachine(board), prefill, decode, rank: +values.rank, pairs, results };
mkdirSync("artifacts/speed", { recursive: true });
writeFileSync("artifacts/speed/compare-speed.json", JSON.stringify(report, null, 2) + "\n");
writeFileSync("artifacts/speed/compare-speed.md", markdown(report));
console.log(markdown(report));

/** What `lordba bench` says of the process: its start, its memory, and what another adapter takes. One thread, like the ratios that matter most. */
function processFigures(model) {
  const { start_up, attaching, switching, memory } = lordba("bench", model, "--json", "--threads", 1, "--rank", values.rank, "--prefill", prefill, "--decode", decode, "--turns", 1);
  return { start_up, attaching, switching, memory };
}

/** All configurations of one model and number of threads, in turns. */
async function measure(name, model, adapters, threads) {
  // The last cores: interrupts and other work tend to be on the first.
  const cores = cpus().map((_, i) => i).slice(-threads).join(",");
  const ours = lordbaWorker(board, cores, model, threads, prefill, decode);
  const theirs = llamaWorker(cores, model, threads, prefill, decode);
  const theirLora = adapters && llamaWorker(cores, model, threads, prefill, decode, adapters.lora);
  const configurations = [
    ["lordba", () => ours.ask("base")],
    ["llama", () => theirs.ask("")],
    ...(adapters ? [
      ["lordba_adapter", () => ours.ask(adapters.lordba)],
      ["lordba_lora", () => ours.ask(adapters.lora)],
      ["llama_lora", () => theirLora.ask("")],
    ] : []),
  ];

  const turns = Object.fromEntries(configurations.map(([key]) => [key, []]));
  const memory = {};
  for (let pair = -1; pair < pairs; pair++) {
    // Pair -1 warms up: pages, caches, repacked weights. Every second pair goes the other way round.
    for (const [key, run] of pair % 2 === 0 ? configurations : configurations.toReversed()) {
      const turn = await run();
      if (pair >= 0) turns[key].push(turn);
    }
    process.stderr.write(`${name}, ${threads} thread${threads > 1 ? "s" : ""}: ${pair + 1}/${pairs} pairs\r`);
  }
  memory.lordba = ours.peakMemory();
  memory.llama = theirs.peakMemory();
  for (const worker of [ours, theirs, theirLora]) worker?.end();
  process.stderr.write("\n");

  return {
    model: name, threads, memory,
    agreement: agreement(name, oracleBest(model, turns.llama[0].vocabulary, prefill, decode), turns.lordba[0].best, turns.llama[0].best),
    waited: Math.max(...Object.values(turns).flatMap((all) => all.map((turn) => turn.waited))),
    kernels: turns.lordba_adapter?.[0].kernels,
    allocated_bytes: Math.max(...Object.entries(turns).filter(([key]) => key.startsWith("lordba")).flatMap(([, all]) => all.map((turn) => turn.allocated_bytes))),
    prefill: summarize(turns, threads === 1 ? "prefill_cpu_seconds" : "prefill_seconds", prefill),
    decode: summarize(turns, threads === 1 ? "decode_cpu_seconds" : "decode_seconds", decode),
  };
}

function summarize(turns, field, tokens) {
  const seconds = Object.fromEntries(Object.entries(turns).map(([key, all]) => [key, all.map((turn) => turn[field])]));
  return {
    tokens_per_second: Object.fromEntries(Object.entries(seconds).map(([key, all]) => [key, tokensPerSecond(tokens, median(all))])),
    ratio: ratio(seconds.llama, seconds.lordba),
    adapter_overhead: seconds.lordba_adapter && overhead(seconds.lordba_adapter, seconds.lordba),
    lora_overhead: seconds.lordba_lora && overhead(seconds.lordba_lora, seconds.lordba),
    llama_lora_overhead: seconds.llama_lora && overhead(seconds.llama_lora, seconds.llama),
    seconds,
  };
}
