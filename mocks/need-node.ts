/** One sentence in the place of a TypeError somewhere inside: Node has what this uses from 22.18 on. Pages have no Node. */
const version = (globalThis as { process?: typeof process }).process?.versions?.node;
const [major = 0, minor = 0] = (version ?? '22.18').split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  throw new Error(`vestibule needs Node 22.18 or newer, and v${version} runs it.`);
}
