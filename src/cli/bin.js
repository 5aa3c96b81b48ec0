#!/usr/bin/env node
// Plain and old-fashioned, so that it can still speak on a Node that the rest cannot run on.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`vestibule needs Node 22.18 or newer, and ${process.version} runs it.`);
  process.exit(1);
}
import('./vestibule.js');
