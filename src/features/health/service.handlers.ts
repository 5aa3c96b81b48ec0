import type { Handlers } from '../../http/handler.ts';
import type { healthService } from './service.contract.ts';

export const healthServiceHandlers = {
  async getHealth({ reply }) {
    return reply({ status: 'ok' });
  },

  async getReadiness({ ports, fail, reply }) {
    const failed = await ports.health.probe();
    return failed.length > 0 ? fail('unavailable', { meta: { failed } }) : reply({ status: 'ok' });
  },
} satisfies Handlers<typeof healthService>;
