// What the figures were taken on.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";

const cpuInfo = readFileSync("/proc/cpuinfo", "utf8");
const field = (name) => new RegExp(`^${name}\\s*: (.*)$`, "m").exec(cpuInfo)?.[1];

/** Whether the processor has what x86-64-v4 asks for. */
export const hasAvx512 = () => ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"].every((name) => field("flags")?.split(" ").includes(name));

export function describeMachine(board) {
  const version = (name) => JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url))).version;
  const llama = JSON.parse(readFileSync(new URL("../node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/_nlcBuildMetadata.json", import.meta.url)));
  return {
    processor: `${field("model name")} (family ${field("cpu family")}, model ${field("model")})`,
    cores: cpus().length,
    memory_bytes: totalmem(),
    kernel: release(),
    dotnet: execFileSync("dotnet", ["--version"], { encoding: "utf8" }).trim(),
    lordba: `${execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim()}, compiled for ${board}`,
    llama_cpp: `${llama.buildOptions.llamaCpp.release} in node-llama-cpp ${version("node-llama-cpp")}`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
}
