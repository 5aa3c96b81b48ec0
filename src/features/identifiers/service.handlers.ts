import { describeLink } from '../../domain/identifiers/describe-link.ts';
import type { Handlers } from '../../http/handler.ts';
import type { identifiersService } from './service.contract.ts';

export const identifiersServiceHandlers = {
  async describeLink({ input, ports, reply }) {
    const described = await describeLink(ports, input.body.code);
    return described.ok ? reply(described.value) : described;
  },
} satisfies Handlers<typeof identifiersService>;
