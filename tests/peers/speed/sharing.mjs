// Whether processes that run one model share its pages.
import { readFileSync } from "node:fs";
import { lordbaWorker } from "./worker.mjs";

/** Two processes that have both read all weights: what the model's mapping takes in each, in bytes. */
export async function sharedPages(board, model) {
  const workers = [0, 1].map(() => lordbaWorker(board, "0", model, 1, 8, 1));
  for (const worker of workers) await worker.ask("base");
  const mappings = workers.map((worker) => mapping(worker.pid, model));
  for (const worker of workers) worker.end();
  // What only one of them has looked at is its own, but no copy.
  for (const { rss, shared_clean, private_dirty } of mappings)
    if (private_dirty > 0 || shared_clean < 0.9 * rss) throw new Error(`Of ${rss} resident bytes of ${model}, ${shared_clean} are shared and ${private_dirty} are copies: processes do not share its pages.`);
  return mappings;
}

/** The sums over all parts of a file's mapping, from smaps. */
function mapping(pid, path) {
  const file = path.split("/").at(-1);
  const sums = { rss: 0, pss: 0, shared_clean: 0, private_clean: 0, private_dirty: 0 };
  let within = false;
  for (const line of readFileSync(`/proc/${pid}/smaps`, "utf8").split("\n")) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) within = line.endsWith(`/${file}`);
    const [, name, kilobytes] = /^(\w+):\s+(\d+) kB/.exec(line) ?? [];
    if (within && name?.toLowerCase() in sums) sums[name.toLowerCase()] += 1024 * kilobytes;
  }
  return sums;
}
