/** Tools that are not ours, Redocly's, on the documents and on the mock. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConfig, lintFromString, type LoggerInterface } from '@redocly/openapi-core';
import { generate, run } from '@redocly/respect-core';
import { afterAll, describe, expect, test } from 'vitest';
import { createMock } from '../../mocks/app.ts';
import { EXCEPTIONS } from '../../mocks/exceptions.ts';
import { ABOUT, LOCAL_SERVERS } from '../../src/about.ts';
import { openapi } from '../../src/http/openapi.ts';
import { table } from '../../src/table.ts';

const folder = mkdtempSync(join(tmpdir(), 'vestibule-redocly-'));
afterAll(() => rmSync(folder, { recursive: true }));

const nothing = (): void => undefined;
const silent: LoggerInterface = {
  info: nothing,
  warn: nothing,
  output: nothing,
  error: nothing,
  printNewLine: nothing,
  printSeparator: nothing,
  indent: (text) => text,
};

describe("Redocly's recommended rules", () => {
  test.each<{ name: string; groups?: string[] }>([
    { name: 'all' },
    { name: 'application', groups: ['application'] },
    { name: 'platform', groups: ['platform'] },
  ])('find nothing in the document of $name', async ({ groups }) => {
    const config = await createConfig({ extends: ['recommended'] });
    const servers = groups ? undefined : LOCAL_SERVERS;
    const source = JSON.stringify(openapi(table, { ...ABOUT, servers, groups }));
    const problems = await lintFromString({ source, config });
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  });
});

/**
 * Has Redocly's Respect make one call of each operation from the examples of a document, and send it to the mock.
 * @returns the operations that were called, and what it found wrong with their answers
 */
async function respect(client: 'application' | 'platform') {
  const config = await createConfig({});
  const [description, calls] = ['api.json', 'calls.json'].map((name) =>
    join(folder, client + name),
  );
  if (!description || !calls) throw new Error('two names make two paths');
  writeFileSync(description, JSON.stringify(openapi(table, { ...ABOUT, groups: [client] })));
  const options = { descriptionPath: description, outputFile: calls, config, version: '1' };
  writeFileSync(calls, JSON.stringify(await generate(options)));

  const mock = createMock({ strict: true });
  const [result] = await run({
    files: [calls],
    config,
    server: `${client}api=http://mock.test`,
    input: JSON.stringify({
      applicationToken: btoa('an-id:a-token'),
      session: 's%3Aanything',
    }),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      // Its generator writes no step for OAuth 2.
      if (client === 'platform') request.headers.set('authorization', 'Bearer any');
      return mock.fetch(request);
    },
    logger: silent,
    // Its generator names Authorization twice where a session may be sent or not, and its own rules forbid that.
    skipLint: true,
    maxSteps: 100,
    maxFetchTimeout: 5000,
    requestFileLoader: { getFileBody: async () => new Blob() },
  });
  const steps = (result?.executedWorkflows ?? []).flatMap(({ executedSteps }) => executedSteps);
  return steps.flatMap((step) => {
    if (!('operationId' in step)) return [];
    const id = `${client}.${step.operationId?.split('.').at(-1)}`;
    return [{ id, checks: step.checks, failed: step.checks.filter(({ passed }) => !passed) }];
  });
}

describe("Redocly's Respect, calling the mock with the documented examples", () => {
  test.each(['application', 'platform'] as const)(
    'finds no breach of the %s document, the two listed exceptions aside',
    async (client) => {
      const called = await respect(client);
      expect(called.map(({ id }) => id).toSorted()).toEqual(
        Object.keys(table[client])
          .map((name) => `${client}.${name}`)
          .toSorted(),
      );
      for (const { id, checks, failed } of called) {
        expect(checks.length, id).toBeGreaterThan(3);
        const breaches = failed.map(({ name }) => name);
        expect(breaches, id).toEqual(EXCEPTIONS.has(id) ? ['schema check'] : []);
      }
    },
    120_000,
  );
});
