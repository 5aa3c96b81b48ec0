import {
  attributesOf,
  findAttribute,
  findDefinition,
  removeAttributes,
  setAttributes,
  type GivenAttribute,
} from '../../domain/attributes/attributes.ts';
import { noDefinition } from '../../domain/attributes/filter.ts';
import { filterUsers } from '../../domain/attributes/filter-users.ts';
import { invalidField } from '../../shared/result.ts';
import { byOperator, type Handlers } from '../../http/handler.ts';
import { attributeView } from '../../views/attribute.ts';
import { pageView, sliceOf } from '../../views/page.ts';
import { customerView } from '../../views/user.ts';
import type { attributesPlatform } from './platform.contract.ts';

/** The documents have a text here. */
const DONE = { success: 'true' };
const NO_VALUE = { message: 'The customer has no such attribute.' };

export const attributesPlatformHandlers = {
  async getUserAttribute({ input, application, operator, ports, fail, reply }) {
    const { user_id: userId, attribute_def_id: definitionId } = input.params;
    const all = await attributesOf(ports, userId);
    if (!all.ok) return all;
    const found = all.value.find(({ definition }) => definition.id === definitionId);
    if (!found) return fail('not_found', NO_VALUE);
    return reply(attributeView(found, application, operator.scopes));
  },

  async updateUserAttribute({ input, application, operator, caller, ports, fail, reply }) {
    const { user_id: userId, attribute_def_id: definitionId } = input.params;
    const { attribute, customer_overridden: customerOverridden } = input.body;
    const definition = await findDefinition(ports, definitionId);
    if (!definition.ok) return definition;
    const given = {
      definition: definition.value,
      given: attribute.value,
      field: 'body.attribute.value',
      customerOverridden,
    };
    const by = { ...byOperator(operator, caller), action: 'attributes.changed' as const };
    const set = await setAttributes(ports, application, userId, [given], by);
    if (!set.ok) return set;
    const [stored] = set.value;
    return stored
      ? reply(attributeView(stored, application, operator.scopes))
      : fail('not_found', NO_VALUE);
  },

  async deleteUserAttribute({ input, operator, caller, ports, reply }) {
    const { user_id: userId, attribute_def_id: definitionId } = input.params;
    const by = byOperator(operator, caller);
    const removed = await removeAttributes(ports, userId, [definitionId], by);
    return removed.ok ? reply(DONE) : removed;
  },

  async getUserAttributesForUser({ input, application, operator, ports, reply }) {
    const { page_no: pageNo, page_size: pageSize } = input.query;
    const all = await attributesOf(ports, input.params.user_id);
    if (!all.ok) return all;
    const { items, hasNext } = sliceOf(all.value, pageNo, pageSize);
    return reply({
      items: items.map((one) => attributeView(one, application, operator.scopes)),
      page: pageView(pageNo, pageSize, all.value.length, hasNext),
    });
  },

  async updateUserAttributes({ input, application, operator, caller, ports, reply }) {
    const definitions = await ports.attributes.definitions();
    const given: GivenAttribute[] = [];
    for (const [index, { definition_id: id, value }] of input.body.attributes.entries()) {
      const definition = definitions.find((one) => one.id === id);
      if (!definition) return noDefinition(id);
      if (given.some((one) => one.definition === definition)) {
        return invalidField(`body.attributes.${index}.definition_id`, 'is there twice');
      }
      given.push({ definition, given: value, field: `body.attributes.${index}.value` });
    }
    const by = { ...byOperator(operator, caller), action: 'attributes.changed' as const };
    const set = await setAttributes(ports, application, input.params.user_id, given, by);
    if (!set.ok) return set;
    const attributes = set.value.map((one) => attributeView(one, application, operator.scopes));
    return reply({ success: true, attributes });
  },

  async deleteUserAttributesInBulk({ input, operator, caller, ports, reply }) {
    const by = byOperator(operator, caller);
    const { definition_ids: ids } = input.body;
    const removed = await removeAttributes(ports, input.params.user_id, ids, by);
    return removed.ok ? reply(DONE) : removed;
  },

  async getUserAttributeById({ input, application, operator, ports, fail, reply }) {
    const found = await findAttribute(ports, input.params.attribute_id);
    if (!found) return fail('not_found', { message: 'No such attribute.' });
    return reply(attributeView(found, application, operator.scopes));
  },

  async filterUsersByAttributes({ input, application, operator, ports, reply }) {
    const { query } = input.body;
    const found = await filterUsers(ports, application, query, operator.scopes);
    if (!found.ok) return found;
    const { users, attributes, total, hasMore } = found.value;
    const shown = (userId: string) =>
      attributes
        .filter(({ stored }) => stored.userId === userId)
        .map((one) => attributeView(one, application, operator.scopes));
    return reply({
      items: users.map((user) => ({
        ...customerView(user, application),
        attributes: shown(user.id),
      })),
      page: pageView(query.page, query.limit, total, hasMore),
    });
  },
} satisfies Handlers<typeof attributesPlatform>;
