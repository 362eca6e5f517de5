// node tokenize.mjs TEXTS.json VOCABULARY.gguf ...: the tokens that llama.cpp (through node-llama-cpp) makes of a list of texts, none added.
// The answer is a list per vocabulary, of a list per text, of ids.
import { readFileSync } from "node:fs";
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const [textsPath, ...vocabularies] = process.argv.slice(2);
if (vocabularies.length === 0) {
  console.error("usage: node tokenize.mjs TEXTS.json VOCABULARY.gguf ...");
  process.exit(2);
}
const texts = JSON.parse(readFileSync(textsPath, "utf8"));

const llama = await getLlama({ gpu: false, build: "never", progressLogs: false, logLevel: LlamaLogLevel.error });
const answers = [];
for (const modelPath of vocabularies) {
  const model = await llama.loadModel({ modelPath, vocabOnly: true, gpuLayers: 0 });
  answers.push(texts.map((text) => (text === "" ? [] : [...model.tokenize(text, false)])));
  await model.dispose();
}
console.log(JSON.stringify(answers));
await llama.dispose();
