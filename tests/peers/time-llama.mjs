// node time-llama.mjs MODEL.gguf THREADS PREFILL DECODE [LORA.gguf]: what a turn takes llama.cpp (through node-llama-cpp, on the CPU),
// one turn for each line on standard input, a line of JSON each: { prefill_seconds, decode_seconds, prefill_cpu_seconds, decode_cpu_seconds,
// best: [best token after the prompt and after each decoded token], vocabulary: its size }. A turn is what `lordba bench --on-request` takes: the same token ids, from an empty context, logits after
// the last token of the prompt and after each decoded one.
//
// Only llama_decode is timed, on the thread that runs it for node: neither sampling nor JavaScript counts against llama.cpp.
import { createInterface } from "node:readline";
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const [modelPath, threads, prefill, decode, lora] = process.argv.slice(2);
if (!decode) {
  console.error("usage: node time-llama.mjs MODEL.gguf THREADS PREFILL DECODE [LORA.gguf]");
  process.exit(2);
}
const count = +prefill + +decode;

// Only the prebuilt binary: nothing is downloaded or compiled here.
const llama = await getLlama({ gpu: false, build: "never", progressLogs: false, logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
// The whole prompt is one batch, as llama.cpp likes it best. One position more: node-llama-cpp keeps one free.
const context = await model.createContext({ contextSize: count + 1, batchSize: 512, threads: +threads, lora });
const sequence = context.getSequence();

const inDecode = { seconds: 0, cpuSeconds: 0 };
const native = context._ctx;
const decodeBatch = native.decodeBatch.bind(native);
Object.defineProperty(native, "decodeBatch", {
  value: async () => {
    const [start, cpuStart] = [performance.now(), process.cpuUsage()];
    await decodeBatch();
    const { user, system } = process.cpuUsage(cpuStart);
    inDecode.seconds += (performance.now() - start) / 1e3;
    inDecode.cpuSeconds += (user + system) / 1e6;
  },
});

// As in FixedTokens of the tool.
const vocabulary = model.fileInfo.metadata.tokenizer.ggml.tokens.length;
const ids = Array.from({ length: count }, (_, i) => (1000 + 7919 * i) % vocabulary);
const askBest = (id) => [id, { generateNext: { token: true } }];

function takeTime() {
  const taken = { ...inDecode };
  inDecode.seconds = inDecode.cpuSeconds = 0;
  return taken;
}

async function turn() {
  await sequence.clearHistory();
  takeTime();
  const prompt = ids.slice(0, prefill);
  const answers = await sequence.controlledEvaluate([...prompt.slice(0, -1), askBest(prompt.at(-1))]);
  const best = [answers.at(-1).next.token];
  const prefilled = takeTime();
  for (const id of ids.slice(prefill)) best.push((await sequence.controlledEvaluate([askBest(id)]))[0].next.token);
  const decoded = takeTime();
  return {
    prefill_seconds: prefilled.seconds, decode_seconds: decoded.seconds,
    prefill_cpu_seconds: prefilled.cpuSeconds, decode_cpu_seconds: decoded.cpuSeconds, best, vocabulary,
  };
}

for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify(await turn()));
process.exit(0);
