/**
 * Writes src/domain/phone-metadata.json: libphonenumber's mobile metadata without the patterns that only format numbers,
 * which we never do. They are two fifths of it. Run it after an update of libphonenumber-js; a test notices.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { slimMetadata } from './lib/slim-metadata.ts';

const FILE = join(import.meta.dirname, '../src/domain/phone-metadata.json');
writeFileSync(FILE, `${JSON.stringify(slimMetadata())}\n`);
console.log('src/domain/phone-metadata.json is written.');
