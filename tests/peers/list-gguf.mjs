// node list-gguf.mjs FILE: what another GGUF reader, @huggingface/gguf, finds in a local file, as JSON:
//   { metadata: { KEY: { value, type, subType? } }, tensors: [{ name, shape, type, offset }], dataOffset }
// Types by name. 64-bit integers come as strings, because a JSON number is a double.
import { GGMLQuantizationType, GGUFValueType, gguf } from "@huggingface/gguf";

const [file] = process.argv.slice(2);
if (!file) {
  console.error("usage: node list-gguf.mjs FILE");
  process.exit(2);
}

const found = await gguf(file, { allowLocalFile: true, typedMetadata: true });
const metadata = Object.fromEntries(
  Object.entries(found.typedMetadata).map(([key, { value, type, subType }]) => [
    key,
    { value, type: GGUFValueType[type], subType: GGUFValueType[subType] },
  ]),
);
const tensors = found.tensorInfos.map(({ name, shape, dtype, offset }) => ({
  name,
  shape,
  type: GGMLQuantizationType[dtype],
  offset,
}));
const bigintAsString = (_, value) => (typeof value === "bigint" ? value.toString() : value);
console.log(JSON.stringify({ metadata, tensors, dataOffset: found.tensorDataOffset }, bigintAsString));
