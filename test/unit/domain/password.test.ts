/** What a new password may be, at its bounds. */
import { describe, expect, test } from 'vitest';
import { checkNewPassword } from '../../../src/domain/password/password.ts';

const ports = { commonPasswords: { has: async (text: string) => text === 'password1' } };
const OWN = {
  identifiers: [
    { kind: 'email', value: 'asha.rao@example.com' },
    { kind: 'phone', value: '+918652523958', callingCode: 91 },
  ],
  username: 'asha_rao_10039',
  firstName: 'Ashalata',
  lastName: 'Raychaudhuri',
} as const;

const refusal = async (password: string, own: Parameters<typeof checkNewPassword>[2] = {}) =>
  (await checkNewPassword(ports, password, own, 'body.password'))?.errors?.[0]?.message;

describe('a password', () => {
  test.each([
    ['of 7 characters', 'abcdefg', /at least 8/],
    ['of 8 characters', 'abcdefgh', undefined],
    ['of 128 characters', 'ab'.repeat(64), undefined],
    ['of 129 characters', `${'ab'.repeat(64)}c`, /at most 128/],
    ['of 7 characters outside of the first plane', '🙂🙃'.repeat(3) + '🙂', /at least 8/],
    ['of 8 characters outside of the first plane', '🙂🙃'.repeat(4), undefined],
    ['of 7 letters with a mark each', 'é'.normalize('NFD').repeat(6) + 'x', /at least 8/],
    ['of one letter', 'aaaaaaaa', /many people/],
    ['of one letter in both cases', 'aAaAaAaA', /many people/],
    ['that many people use', 'password1', /many people/],
    ['that many people use, in capitals', 'PassWord1', /many people/],
    ['of blanks and a letter', '       x', undefined],
  ])('%s', async (_name, password, message) => {
    const refused = await refusal(password);
    if (message === undefined) expect(refused).toBeUndefined();
    else expect(refused).toMatch(message);
  });

  test.each([
    'asha.rao@example.com',
    'asha.rao',
    '+918652523958',
    '918652523958',
    '8652523958',
    'asha_rao_10039',
    'Ashalata',
    'raychaudhuri',
    'ashalata raychaudhuri',
    'AshalataRaychaudhuri',
  ])('%s is a name or an address of the user', async (password) => {
    expect(await refusal(password)).toBeUndefined();
    expect(await refusal(password, OWN)).toMatch(/your own/);
    expect(await refusal(`${password}!x`, OWN)).toBeUndefined();
  });
});
