/** Links that prove an identifier. */
import type { Limit, Limited } from './budgets.ts';
import type { IdentifierRef } from './users.ts';

export type LinkKind = 'verify_email' | 'verify_mobile';
export interface NewLink {
  kind: LinkKind;
  /** Hash of the code. */
  id: string;
  userId: string;
  identifier: IdentifierRef;
  createdAt: number;
  expiresAt: number;
}
export interface Links {
  /** Judges the limits, charges them and writes the row in one D1 round trip. */
  open(link: NewLink, limits: Limit[]): Promise<Limited | undefined>;
  cancel(linkId: string): Promise<void>;
}
