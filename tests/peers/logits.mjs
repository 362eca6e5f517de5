// node logits.mjs MODEL.gguf IDS.json [LORA.gguf]: the logits that llama.cpp (through node-llama-cpp, on the CPU) computes after each token.
// IDS.json is [ids]; the answer is { logits: [[n_vocab logits], ...] }. Keys and values are kept in float32, as an oracle wants them.
import { readFileSync } from "node:fs";
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const [modelPath, idsPath, lora] = process.argv.slice(2);
if (!idsPath) {
  console.error("usage: node logits.mjs MODEL.gguf IDS.json [LORA.gguf]");
  process.exit(2);
}
const ids = JSON.parse(readFileSync(idsPath, "utf8"));

// Only the prebuilt binary: nothing is downloaded or compiled here.
const llama = await getLlama({ gpu: false, build: "never", progressLogs: false, logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
// One place more than there are ids: a full context forgets its first ones.
const context = await model.createContext({
  contextSize: ids.length + 1, lora, threads: 1, flashAttention: false, experimentalKvCacheKeyType: "F32", experimentalKvCacheValueType: "F32",
});
const n_vocab = model.fileInfo.metadata.tokenizer.ggml.tokens.length;
const all = Array.from({ length: n_vocab }, (_, id) => id);
const wanted = { generateNext: { logits: { filter: { tokens: all, includeSelected: true } } } };
const answers = await context.getSequence().controlledEvaluate(ids.map((id) => [id, wanted]));
console.log(JSON.stringify({ logits: answers.map(({ next }) => all.map((id) => next.logits.get(id))) }));
await llama.dispose();
