// node render-chat.mjs FILE: what another interpreter of chat templates, @huggingface/jinja, makes of each { template, variables } in a JSON
// file, as a JSON array of texts.
import { readFileSync } from "node:fs";
import { Template } from "@huggingface/jinja";

const [file] = process.argv.slice(2);
if (!file) {
  console.error("usage: node render-chat.mjs FILE");
  process.exit(2);
}

const chats = JSON.parse(readFileSync(file, "utf8"));
console.log(JSON.stringify(chats.map(({ template, variables }) => new Template(template).render(variables))));
