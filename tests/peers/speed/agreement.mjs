// First the results, then the times: whose best tokens are those of the model's own numbers.
import { lordba } from "./prepare.mjs";

// llama.cpp makes 8-bit numbers of activations and lordba 15-bit ones, so llama.cpp differs where two tokens are nearly equal. Random weights have more such places.
const thresholds = { real: { lordba: 0.98, llama: 0.8 }, random: { lordba: 0.95, llama: 0.7 } };

const known = new Map();

/** The best token after the prompt and after each decoded token in float32, from dequantized weights: what both programs approximate. */
export function oracleBest(model, vocabulary, prefill, decode) {
  if (!known.has(model)) known.set(model, trace(model, vocabulary, prefill, decode));
  return known.get(model);
}

function trace(model, vocabulary, prefill, decode) {
  // As in FixedTokens of the tool.
  const ids = Array.from({ length: prefill + decode }, (_, i) => (1000 + 7919 * i) % vocabulary);
  return lordba("trace", model, "--oracle", "--ids", ids.join(",")).argmax.slice(prefill - 1);
}

/** The shares of places at which lordba and llama.cpp name the oracle's best token, and at which they name the same. */
export function agreement(name, oracle, ours, theirs) {
  const shares = { lordba: share(ours, oracle), llama: share(theirs, oracle), both: share(ours, theirs) };
  const least = thresholds[name.startsWith("smollm2") ? "real" : "random"];
  for (const program of ["lordba", "llama"])
    if (shares[program] < least[program])
      throw new Error(`${program} names ${percent(shares[program])} of the oracle's best tokens of ${name}, less than ${percent(least[program])}: it computes something else, so times would mean nothing.`);
  return shares;
}

const share = (tokens, others) => tokens.filter((token, i) => token === others[i]).length / tokens.length;
const percent = (value) => `${Math.round(100 * value)} %`;
