// node score-tokens.mjs MODEL.gguf LINES.jsonl [LORA.gguf]: what llama.cpp (through node-llama-cpp, on the CPU) loses on completions.
// A line is { "prompt": [ids], "completion": [ids] }; the answer is { nll: [[nats on each token of the completion], ...] }, a list per line.
import { readFileSync } from "node:fs";
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const [modelPath, linesPath, lora] = process.argv.slice(2);
if (!linesPath) {
  console.error("usage: node score-tokens.mjs MODEL.gguf LINES.jsonl [LORA.gguf]");
  process.exit(2);
}
const lines = readFileSync(linesPath, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const contextSize = Math.max(...lines.map(({ prompt, completion }) => prompt.length + completion.length));

// Only the prebuilt binary: nothing is downloaded or compiled here.
const llama = await getLlama({ gpu: false, build: "never", progressLogs: false, logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
const context = await model.createContext({ contextSize, lora, threads: 1 });
const sequence = context.getSequence();

// Before each token of the completion: its logit, the largest one and the sum of exp(logit - largest).
async function score({ prompt, completion }) {
  await sequence.clearHistory();
  const tokens = [...prompt, ...completion.slice(0, -1)];
  const asked = tokens.map((token, i) => {
    const next = completion[i + 1 - prompt.length];
    if (next === undefined) return token;
    // The selected token is the best one, because nothing is drawn; includeMax leaves it out in 3.22.1.
    const logits = { filter: { tokens: [next], includeSelected: true } };
    return [token, { generateNext: { logits, totalLogitWeight: true } }];
  });
  const answers = await sequence.controlledEvaluate(asked);
  return completion.map((token, i) => {
    const { logits, totalLogitWeight } = answers[prompt.length - 1 + i].next;
    return Math.log(totalLogitWeight) + Math.max(...logits.values()) - logits.get(token);
  });
}

const nll = [];
for (const line of lines) nll.push(await score(line));
console.log(JSON.stringify({ nll }));
await llama.dispose();
