// What the turns come to. Each list has one number a pair; ratios are taken within a pair.

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

export const tokensPerSecond = (tokens, seconds) => tokens / seconds;

/** How many times as fast the second is. */
export const ratio = (seconds, others) => median(seconds.map((value, i) => value / others[i]));

/** What the first takes more than the second: 0.04 is 4 %. */
export const overhead = (seconds, others) => ratio(seconds, others) - 1;
