// Programs that wait for a line, take a turn, and answer with a line of JSON.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { binary } from "./prepare.mjs";

export const lordbaWorker = (board, cores, model, threads, prefill, decode) =>
  worker(cores, threads, [binary(board), "bench", model, "--on-request", "--threads", threads, "--prefill", prefill, "--decode", decode]);

export const llamaWorker = (cores, model, threads, prefill, decode, ...lora) =>
  worker(cores, threads, ["node", fileURLToPath(new URL("../time-llama.mjs", import.meta.url)), model, threads, prefill, decode, ...lora]);

/** A turn may have waited for a processor for so much of its time, and is taken so often for that. */
const mostWaiting = 0.02;
const mostAttempts = 5;

/** Milliseconds for which the threads of a process were ready to run and did not, because others did. */
const waitedFor = (pid) => readdirSync(`/proc/${pid}/task`)
  .reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[1]) / 1e6, 0);

function worker(cores, threads, command) {
  // taskset becomes the program, so the process id is the program's.
  const child = spawn("taskset", ["-c", cores, ...command.map(String)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function take(line) {
    const [start, waited] = [performance.now(), waitedFor(child.pid)];
    child.stdin.write(line + "\n");
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command.join(" ")} ended instead of answering; it may have said why above.`);
    return { ...JSON.parse(value), waited: (waitedFor(child.pid) - waited) / (performance.now() - start) };
  }

  return {
    pid: child.pid,
    /** A turn; with more than one thread taken again where other programs had a processor meanwhile, and the best of them if they never leave it alone. */
    async ask(line) {
      if (threads === 1) return take(line);
      const turns = [];
      while (turns.length < mostAttempts) {
        turns.push(await take(line));
        if (turns.at(-1).waited <= mostWaiting) return turns.at(-1);
      }
      return turns.toSorted((a, b) => a.waited - b.waited)[0];
    },
    /** The most bytes of memory that were resident so far, those of the mapped model among them. */
    peakMemory: () => 1024 * Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))[1]),
    end: () => child.stdin.end(),
  };
}
