import { expect, test } from 'vitest';
import { slimMetadata } from '../../../scripts/lib/slim-metadata.ts';
import metadata from '../../../src/domain/phone-metadata.json' with { type: 'json' };

test('the phone metadata is that of the installed libphonenumber-js; renew it with npm run phone-metadata', () => {
  expect(metadata).toEqual(slimMetadata());
});
