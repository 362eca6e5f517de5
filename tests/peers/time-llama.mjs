// node time-llama.mjs MODEL.gguf THREADS PREFILL DECODE [LORA.gguf]: what a turn takes llama.cpp (through node-llama-cpp, on the CPU),
// one turn for each line on standard input, a line of JSON each: { prefill_seconds, decode_seconds, best: [best token after the prompt and
// after each decoded token] }. A turn is what `lordba bench --on-request` takes: the same token ids, from an empty context, logits after
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

let inDecode = 0;
const native = context._ctx;
const decodeBatch = native.decodeBatch.bind(native);
Object.defineProperty(native, "decodeBatch", {
  value: async () => {
    const start = performance.now();
    await decodeBatch();
    inDecode += performance.now() - start;
  },
});

// As in FixedTokens of the tool.
const vocabulary = model.fileInfo.metadata.tokenizer.ggml.tokens.length;
const ids = Array.from({ length: count }, (_, i) => (1000 + 7919 * i) % vocabulary);
const askBest = (id) => [id, { generateNext: { token: true } }];

async function turn() {
  await sequence.clearHistory();
  inDecode = 0;
  const prompt = ids.slice(0, prefill);
  const answers = await sequence.controlledEvaluate([...prompt.slice(0, -1), askBest(prompt.at(-1))]);
  const best = [answers.at(-1).next.token];
  const prefillSeconds = inDecode / 1000;
  inDecode = 0;
  for (const id of ids.slice(prefill)) best.push((await sequence.controlledEvaluate([askBest(id)]))[0].next.token);
  return { prefill_seconds: prefillSeconds, decode_seconds: inDecode / 1000, best };
}

for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify(await turn()));
process.exit(0);
