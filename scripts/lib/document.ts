/** docs/openapi.json, made from the route table. */
import { ABOUT, LOCAL_SERVERS } from '../../src/about.ts';
import { openapi } from '../../src/http/openapi.ts';
import { table } from '../../src/table.ts';

/**
 * @param version the one that the document names
 * @returns the text of the file
 */
export const documentText = (version: string = ABOUT.version): string =>
  `${JSON.stringify(openapi(table, { ...ABOUT, version, servers: LOCAL_SERVERS }), null, 2)}\n`;
