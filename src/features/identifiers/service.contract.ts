/** The operation for the page of a link, beyond the documented ones. */
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { CodeRequestBodySchema } from '../../schemas/login.ts';

const LinkDescription = z
  .object({
    kind: z.enum(['verify_email', 'verify_mobile', 'reset']),
    account: z.string().meta({
      description:
        'Whose the link is: the primary email or phone of the account, masked, or its username',
    }),
    identifier: z.string().meta({ description: 'What it verifies or was sent to, masked' }),
  })
  .meta({ id: 'LinkDescription' });

export const identifiersService = tagged('Emails and phones', {
  describeLink: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/link/describe',
    summary: 'Describe a link',
    description:
      'Says which account a link belongs to, so that its page can ask before it uses the code. The code stays usable. ' +
      'Unknown, used and expired codes are answered alike.',
    answers: 'What the link does and for which account, masked.',
    security: 'application',
    request: { body: CodeRequestBodySchema },
    response: { 200: LinkDescription },
    always: ['kind', 'account', 'identifier'],
    errors: ['link_invalid'],
    example: {
      request: { body: { code: '7f1c9f3ddc2b4c0e8f6d1a2b3c4d5e6f' } },
      response: {
        kind: 'verify_email',
        account: '+91******3958',
        identifier: 'a***@example.com',
      },
    },
  }),
});
