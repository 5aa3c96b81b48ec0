/** The reference page, from a document of any content: nothing in it becomes markup. */
import { describe, expect, test } from 'vitest';
import { DEMO } from '../../mocks/demo.ts';
import type { ShownDocument } from '../../src/reference/document.ts';
import { markdown } from '../../src/reference/markdown.ts';
import { referencePage } from '../../src/reference/page.ts';
import { inDevelopment } from '../../src/reference/served.ts';

const NASTY = '<script>alert(1)</script>"\'&';

const DOCUMENT: ShownDocument = {
  info: { title: NASTY, version: '1', description: NASTY },
  tags: [{ name: 'Login', description: NASTY }],
  paths: {
    '/login': {
      post: {
        operationId: 'application.login',
        tags: ['Login'],
        summary: NASTY,
        description: NASTY,
        security: [{ applicationToken: [] }],
        parameters: [{ name: 'q', in: 'query', description: NASTY, schema: { enum: [NASTY] } }],
        requestBody: {
          content: {
            'application/json': { schema: { type: 'object' }, example: { a: NASTY, b: { c: 1 } } },
          },
        },
        responses: { 200: { description: NASTY }, 400: { description: `\`a\`: ${NASTY}` } },
      },
    },
  },
  components: { schemas: { User: { description: NASTY, type: 'object' } }, responses: {} },
};
const OPTIONS = { brand: 'Vestibule', home: '/docs', links: [] };

describe('Markdown', () => {
  const shown = (text: string): string => markdown(text).map(String).join('');

  test('knows paragraphs, headings, lists, code, strong and links', async () => {
    expect(shown('One `a`\ntwo **b**\n\n## Three\n\n- [four](/docs)')).toMatch(
      /^<p>One <code>a<\/code> two <strong>b<\/strong><\/p><h2>Three<\/h2><ul class="bullets">\s*<li><a href="\/docs">four<\/a><\/li>\s*<\/ul>$/,
    );
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', 'http://shop.example'])(
    'a link to %s stays text',
    async (target) => {
      expect(shown(`[x](${target})`)).toBe(`<p>[x](${target})</p>`);
    },
  );
});

describe('the page', () => {
  test('holds texts as texts, and examples as they are indented', async () => {
    const page = await referencePage(DOCUMENT, OPTIONS);
    expect(page.match(/<script[^>]*>/g)).toEqual(['<script src="/docs/reference.js">']);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;');
    expect(page).toContain('  &quot;b&quot;: {\n    &quot;c&quot;: 1\n  }');
  });

  test('has the demo shop in development only, in a block that its values cannot leave', async () => {
    const page = await referencePage(DOCUMENT, OPTIONS);
    expect(page).not.toContain(DEMO.applicationToken);
    const nasty = { ...DEMO, oauthSecret: `${NASTY}$&` };
    const filled = inDevelopment(page, nasty, '<header class="top">other</header>');
    const [, json = ''] =
      /<script type="application\/json" id="demo">([^<]*)<\/script>/.exec(filled) ?? [];
    expect(JSON.parse(json)).toEqual(nasty);
    expect(filled.match(/<header/g)).toHaveLength(1);
    expect(filled).toContain('>other</header>');
  });
});
