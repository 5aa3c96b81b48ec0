/** Users as operators see them. */
import type { User } from './users.ts';

/** What a search text can mean; everything that is set is tried. */
export interface CustomerTerms {
  /** 24 hex digits. */
  id?: string;
  username?: string;
  email?: string;
  /** E.164 */
  phone?: string;
  /** At most four beginnings of names, all of which must match. */
  words: string[];
}

export interface CustomerQuery {
  terms?: CustomerTerms;
  /** From 1. */
  pageNo: number;
  pageSize: number;
}
export interface CustomerPage {
  users: User[];
  /** Exact without `q`; with it counted to 1,000. */
  total: number;
  hasNext: boolean;
}
export interface Customers {
  list(query: CustomerQuery): Promise<CustomerPage>;
}
