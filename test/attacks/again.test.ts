/** A right request, again and again: what is refused the next time, for a budget or because it is done, changes nothing. */
import { attacks, attempt, ENTRIES, watch } from '../support/attacks/attempt.ts';
import {
  aimless,
  authorizationOf,
  headersOf,
  isStorefront,
  partsOf,
  wireOf,
} from '../support/attacks/requests.ts';
import type { Tenant, World } from '../support/attacks/tenants.ts';

/** What ends the customer's session or account comes last. */
const ENDS = new Set([
  'logout',
  'deleteUser',
  'archiveUser',
  'blockOrUnblockUsers',
  'deleteActiveSessions',
  'deleteSession',
  'endOtherSessions',
]);
const ROWS = ENTRIES.toSorted(
  (a, b) => Number(ENDS.has(a.operationId)) - Number(ENDS.has(b.operationId)),
);

const repeated =
  (of: (tenant: Tenant) => Tenant, signedIn: boolean) =>
  async ({ host, ours }: World): Promise<void> => {
    const watched = await watch(host);
    for (const entry of ROWS) {
      const headers =
        signedIn || !isStorefront(entry) ? headersOf(entry, ours) : authorizationOf(entry, ours);
      for (const time of [1, 2, 3]) {
        const wire = wireOf(entry, of(ours), { headers });
        watched.saw(await attempt(host, entry, wire, `time ${time}`));
        await watched.look(`${entry.id} time ${time}`);
      }
    }
  };

/** Less is asked of a request that leaves something out, and the flow takes another way. */
async function withLess({ host, ours }: World): Promise<void> {
  const watched = await watch(host);
  for (const entry of ROWS) {
    const parts = partsOf(entry, aimless(ours));
    for (const left of Object.keys(parts.body ?? {})) {
      await host.forgive();
      const body = Object.fromEntries(Object.entries(parts.body).filter(([key]) => key !== left));
      const headers = isStorefront(entry) ? authorizationOf(entry, ours) : headersOf(entry, ours);
      for (const time of [1, 2]) {
        const wire = wireOf(entry, ours, { parts: { ...parts, body }, headers });
        watched.saw(await attempt(host, entry, wire, `without ${left}, time ${time}`));
        await watched.look(`${entry.id} without ${left}, time ${time}`);
      }
    }
  }
}

attacks({
  'with a field less': withLess,
  'by a stranger': repeated(aimless, false),
  'by a stranger who has the codes': repeated((tenant) => tenant, false),
  'by the customer': repeated((tenant) => tenant, true),
});
