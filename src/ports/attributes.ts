/** User attributes: what an application stores of its customers beyond the profile, by definitions that its operators make. */
import type { AuditEvent } from './audit.ts';

export type AttributeType =
  | 'text'
  | 'number'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'email'
  | 'url'
  | 'phone';

/** What a value may be. A `boolean` has none but `one_of`, which takes a list of values. */
export interface AttributeRule {
  type: 'min' | 'max' | 'min_length' | 'max_length' | 'one_of';
  value: unknown;
}

/** A switch of a definition with its kind, as the documents have it for masking and registration. */
export interface AttributeSwitch {
  enabled: boolean;
  type?: string;
}

export interface AttributeDefinition {
  /** 24 hex digits. */
  id: string;
  /** Its name in the API of shoppers, of its own within the application. */
  slug: string;
  name: string;
  description?: string;
  type: AttributeType;
  icon?: string;
  orderingChannels: string[];
  /** Operators without the scope `attributes:reveal` get the values masked. */
  masking: AttributeSwitch;
  registration: AttributeSwitch;
  isMultiValue: boolean;
  /** Shoppers may read and set their own value. */
  customerEditable: boolean;
  /** Stored encrypted: shown as masked ones are, and no filter finds it. */
  encrypted: boolean;
  pinned: boolean;
  pinOrder?: number;
  defaultValue?: string;
  validations: AttributeRule[];
  createdBy: string;
  updatedBy: string;
  createdAt: number;
  modifiedAt: number;
}

/** What may change later. The type, and how values are stored, may not: the values are stored already. */
export type AttributeDefinitionChange = Partial<
  Omit<
    AttributeDefinition,
    'id' | 'type' | 'isMultiValue' | 'encrypted' | 'createdBy' | 'createdAt'
  >
> &
  Pick<AttributeDefinition, 'updatedBy' | 'modifiedAt'>;

/** One value of one user, as it is stored. */
export interface StoredAttribute {
  /** 24 hex digits. */
  id: string;
  definitionId: string;
  userId: string;
  /** JSON, or, for an encrypted attribute, sealed JSON. */
  value: string;
  /** Whether the customer's own entry stands above what operators import. */
  customerOverridden: boolean;
  updatedBy: string;
  createdAt: number;
  updatedAt: number;
}

/** A value to be written, with the keys by which filters find it. */
export interface AttributeWrite extends Omit<StoredAttribute, 'userId'> {
  /** Texts whose order is that of the values; none for an encrypted attribute. */
  keys: string[];
}

/** A condition on the keys of one attribute; both ends belong to the range. */
export interface AttributeRange {
  definitionId: string;
  from?: string;
  to?: string;
}

/** Users for whom all ranges hold, or any of them. Archived and deleted ones are not found. */
export interface AttributeFilter {
  match: 'all' | 'any';
  ranges: AttributeRange[];
  /** Users to choose from; all of the application when left out. */
  userIds?: string[];
  offset: number;
  limit: number;
  /** Rows of the index that one range may have where ranges are combined, and users that may be counted. */
  maxRows: number;
}

export type AttributeMatches =
  | {
      /** In the order of the values where there is one range, else in one that stays the same. */
      userIds: string[];
      /** Counted as far as rows are read. */
      total: number;
      hasMore: boolean;
    }
  /** Every range has more rows than may be read. */
  | 'too_many';

/** Attributes of one application. Each change and its audit row are one batch. */
export interface Attributes {
  /** All of them, by name; an application has a bounded number. */
  definitions(): Promise<AttributeDefinition[]>;
  /** `full` when there are `max` already, `taken` when the slug is another's. */
  createDefinition(
    definition: AttributeDefinition,
    max: number,
    event: AuditEvent,
  ): Promise<'created' | 'taken' | 'full'>;
  changeDefinition(
    id: string,
    change: AttributeDefinitionChange,
    event: AuditEvent,
  ): Promise<'changed' | 'taken' | 'missing'>;
  /** Its values are gone for every reader at once. */
  deleteDefinition(id: string, event: AuditEvent): Promise<boolean>;
  /** The values of users who are neither archived nor deleted, of definitions that there are. */
  ofUsers(userIds: readonly string[]): Promise<StoredAttribute[]>;
  byId(id: string): Promise<StoredAttribute | undefined>;
  /** All of them or none: false when a definition is not there, or the user is not, or is archived or deleted. */
  write(userId: string, values: readonly AttributeWrite[], event: AuditEvent): Promise<boolean>;
  /** The ids of the definitions whose values were removed; none of a user who is archived or deleted. */
  remove(userId: string, definitionIds: readonly string[], event: AuditEvent): Promise<string[]>;
  filter(filter: AttributeFilter): Promise<AttributeMatches>;
}
