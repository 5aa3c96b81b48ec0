/** Describes a link, for a page that asks before it uses the link. */
import type { LinkKind, Ports } from '../../ports/index.ts';
import { masked } from './identifier.ts';
import { ok, err, type Result } from '../../shared/result.ts';
import { accountName } from './send-link.ts';

export interface LinkView {
  kind: LinkKind;
  /** Whose the link is; masked like `identifier`, which it verifies or was sent to. */
  account: string;
  identifier: string;
}

/** Reads only: the code stays usable. Unknown, used and expired codes are answered alike. */
export async function describeLink(
  ports: Ports,
  code: string,
): Promise<Result<LinkView, 'link_invalid'>> {
  const id = await ports.vault.digest(code);
  const link = await ports.links.describe(id, ports.clock.now());
  if (!link) return err('link_invalid');
  const { kind, identifier, user } = link;
  return ok({ kind, account: accountName(user), identifier: masked(identifier) });
}
