/** Lists of attribute definitions, narrowed as a request asks. Pure: an application has few enough to read them all. */
import type { AttributeDefinition } from '../../ports/index.ts';

/** What narrows a list; a part that is undefined does not. */
export interface DefinitionFilter {
  excluding_ids?: string;
  slug?: string;
  type?: string;
  customer_editable?: boolean;
  encrypted?: boolean;
  pinned?: boolean;
  pin_order?: number;
  is_locked?: boolean;
  name?: string;
  registration_enabled?: boolean;
  registration_type?: string;
}

/** The definitions for which every part of the filter holds, in their order. */
export function filterDefinitions(
  definitions: readonly AttributeDefinition[],
  filter: DefinitionFilter,
): AttributeDefinition[] {
  const excluded = new Set(filter.excluding_ids?.split(',').map((id) => id.trim()));
  const name = filter.name?.toLowerCase();
  const agrees = <T>(wanted: T | undefined, has: T | undefined): boolean =>
    wanted === undefined || wanted === has;
  return definitions.filter(
    (one) =>
      !excluded.has(one.id) &&
      agrees(filter.slug, one.slug) &&
      agrees<string>(filter.type, one.type) &&
      agrees(filter.customer_editable, one.customerEditable) &&
      agrees(filter.encrypted, one.encrypted) &&
      agrees(filter.pinned, one.pinned) &&
      agrees(filter.pin_order, one.pinOrder) &&
      // No definition is locked: those of this service are all made by operators.
      agrees(filter.is_locked, false) &&
      agrees(filter.registration_enabled, one.registration.enabled) &&
      agrees(filter.registration_type, one.registration.type) &&
      (name === undefined || one.name.toLowerCase().includes(name)),
  );
}
