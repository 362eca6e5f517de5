// The program and the files that are measured, in artifacts/speed; what is there already stays.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";

const folder = "artifacts/speed";
const source = "../shared/models/SmolLM2-135M-Instruct.Q4_1.gguf";
const run = (program, ...args) => execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });

/** lordba as a native binary, with kernels generated for the models' shapes. */
export const binary = (board) => `${folder}/${board}/LoRDBA.Speed`;

export function publish(board) {
  console.error(`publishing tests/LoRDBA.Speed for ${board}`);
  execFileSync("dotnet", ["publish", "tests/LoRDBA.Speed", "-c", "Release", "-r", "linux-x64", `-p:LordbaBoard=${board}`, "-o", `${folder}/${board}`, "-v", "quiet"], { stdio: ["ignore", "inherit", "inherit"] });
  tool = binary(board);
}

/** What a verb of it says with --json, or always. */
export const lordba = (...args) => JSON.parse(execFileSync(tool, args.map(String), { stdio: ["ignore", "pipe", "inherit"], maxBuffer: 2 ** 28 }));

let tool = [binary("x64-v4"), binary("x64-v3")].find(existsSync);

/** A model by its name, such as smollm2-q4_0 or 1b-q8_0; its path. */
export function makeModel(name) {
  const [family, format] = name.split("-");
  const path = `${folder}/${name}.gguf`;
  if (name === "smollm2-q4_1") return source;
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  if (family === "smollm2") run(tool, "quantize", source, "-o", path, "--format", format);
  else run(tool, "make-model", "-o", path, "--preset", family, "--format", format);
  return path;
}

/** Random adapters of one rank for a model, whatever its format: signs, and a LoRA of 16-bit numbers that llama.cpp loads too. */
export function makeAdapters(name, model, rank) {
  const [family] = name.split("-");
  const adapters = `${folder}/${family}-adapters`;
  const [lordba, lora] = [`${adapters}/r${rank}-all.lordba`, `${adapters}/r${rank}-all-lora.gguf`];
  if (!existsSync(lora)) run(tool, "bench", model, "--rank", `${rank}`, "--turns", "1", "--prefill", "1", "--decode", "1", "--keep-adapters", adapters);
  return { lordba, lora };
}
