/** The page with the files that it loads. For Node: the script is read from the disk. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { OpenApiDocument } from '../http/openapi.ts';
import { ICON } from '../ui/icon.ts';
import { STYLE } from '../ui/style.ts';
import type { ShownDocument } from './document.ts';
import { referencePage, type ReferenceOptions } from './page.ts';
import { REFERENCE_FILE } from './served.ts';
import { REFERENCE_STYLE } from './style.ts';

/**
 * @returns texts by the names of their files, all of which lie in one folder
 */
export async function referenceFiles(
  document: OpenApiDocument,
  options: ReferenceOptions,
): Promise<Record<string, string>> {
  // It says less of its operations than it holds: `openapi` writes them so.
  const shown = document as unknown as ShownDocument;
  return {
    [REFERENCE_FILE]: await referencePage(shown, options),
    'style.css': STYLE + REFERENCE_STYLE,
    // By `import.meta.url` in this form bundlers leave it beside what they make of this file.
    'reference.js': readFileSync(
      fileURLToPath(new URL('./reference.js', import.meta.url).href),
      'utf8',
    ),
    'icon.svg': ICON,
  };
}
