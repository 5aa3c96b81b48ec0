/** What operators and shoppers do with user attributes. */
import { expect } from 'vitest';
import { params } from '../operator.ts';
import { ending, type Ask, type Flow, type Operator } from './stage.ts';

const ENCRYPTED = { name: 'Tax number', slug: 'tax', encrypted: true } as const;
const EDITABLE = { name: 'Tier', slug: 'tier', customer_editable: true } as const;

/** The definition of this slug, made if there is none: its maker may not have heard that it was. */
async function definitionOf(
  operator: Operator,
  ask: Ask,
  body: typeof ENCRYPTED | typeof EDITABLE,
): Promise<string> {
  const query = { slug: body.slug };
  const listed = await ask(() => operator.getUserAttributeDefinitions({ params, query }));
  const [known] = listed.body.items ?? [];
  const made =
    known ?? (await ask(() => operator.createUserAttributeDefinition({ params, body }))).body;
  return made._id ?? '';
}

const define: Flow['prepare'] = async ({ operator, person, shop }) => {
  const { first_name: description } = person();
  const read = async () => {
    const query = { slug: EDITABLE.slug };
    const { body } = await operator.getUserAttributeDefinitions({ params, query });
    return 'items' in body ? (body.items ?? []) : [];
  };
  return {
    async run(ask) {
      const attribute_def_id = await definitionOf(operator, ask, EDITABLE);
      const path = { ...params, attribute_def_id };
      const body = { description };
      await ask(() => operator.updateUserAttributeDefinition({ params: path, body }));
      await ask(() => operator.getUserAttributeDefinitionById({ params: path }));
      await ask(() => shop.client().application.getAttributesDefinition());
    },
    async reached() {
      const found = await read();
      expect(found.length).toBeLessThan(2);
      return found[0]?.description === description;
    },
  };
};

const undefine: Flow['prepare'] = async ({ operator, person }) => {
  const { phone } = person();
  const body = { name: 'Short-lived', slug: `short-${phone}` };
  const made = await operator.createUserAttributeDefinition({ params, body });
  const path = { ...params, attribute_def_id: made.ok ? (made.body._id ?? '') : '' };
  const isThere = async () => (await operator.getUserAttributeDefinitionById({ params: path })).ok;
  return {
    async run(ask) {
      if (await isThere())
        await ask(() => operator.deleteUserAttributeDefinitionById({ params: path }));
    },
    reached: async () => !(await isThere()),
  };
};

const setOne: Flow['prepare'] = async ({ operator, member }) => {
  const { id, person } = await member();
  const value = `${person.last_name}-1234`;
  return ending(async (ask) => {
    const attribute_def_id = await definitionOf(operator, ask, ENCRYPTED);
    const path = { ...params, user_id: id, attribute_def_id };
    const body = { attribute: { value } };
    const set = await ask(() => operator.updateUserAttribute({ params: path, body }));
    const read = await ask(() => operator.getUserAttribute({ params: path }));
    expect(read.body.attribute).toEqual({ value });
    const attribute_id = set.body._id ?? '';
    await ask(() => operator.getUserAttributeById({ params: { ...params, attribute_id } }));
  });
};

const setSeveral: Flow['prepare'] = async ({ operator, member }) => {
  const { id, person } = await member();
  const path = { ...params, user_id: id };
  return ending(async (ask) => {
    const ids = [
      await definitionOf(operator, ask, ENCRYPTED),
      await definitionOf(operator, ask, EDITABLE),
    ];
    const attributes = ids.map((definition_id) => ({ definition_id, value: person.first_name }));
    await ask(() => operator.updateUserAttributes({ params: path, body: { attributes } }));
    const listed = await ask(() => operator.getUserAttributesForUser({ params: path }));
    // All of them or none.
    expect(listed.body.items).toHaveLength(2);
    const [, definition_id = ''] = ids;
    const conditions = [{ definition_id, type: 'eq' as const, value: person.first_name }];
    const query = { type: 'and' as const, limit: 10, page: 1, conditions };
    const found = await ask(() => operator.filterUsersByAttributes({ params, body: { query } }));
    expect(found.body.items?.map(({ _id }) => _id)).toEqual([id]);
  });
};

const removing =
  (several: boolean): Flow['prepare'] =>
  async ({ operator, member }) => {
    const { id, person } = await member();
    const path = { ...params, user_id: id };
    const calm: Ask = async (call) => (await call()) as never;
    const definition_id = await definitionOf(operator, calm, EDITABLE);
    const attributes = [{ definition_id, value: person.first_name }];
    await operator.updateUserAttributes({ params: path, body: { attributes } });
    const one = { ...path, attribute_def_id: definition_id };
    const isThere = async () => (await operator.getUserAttribute({ params: one })).ok;
    return {
      async run(ask) {
        if (!(await isThere())) return;
        const body = { definition_ids: [definition_id] };
        if (several) await ask(() => operator.deleteUserAttributesInBulk({ params: path, body }));
        else await ask(() => operator.deleteUserAttribute({ params: one }));
      },
      reached: async () => !(await isThere()),
    };
  };

const ownAttributes: Flow['prepare'] = async ({ operator, member }) => {
  const { browser, person } = await member();
  return ending(async (ask) => {
    await definitionOf(operator, ask, EDITABLE);
    const attributes = { tier: person.first_name };
    await ask(() => browser.application.updateUserAttributes({ body: { attributes } }));
    const read = await ask(() => browser.application.getUserAttributes());
    expect(read.body).toEqual({ attributes });
  });
};

export const attributeFlows: Flow[] = [
  { name: 'an attribute is defined', prepare: define },
  { name: 'an attribute is deleted', prepare: undefine },
  { name: 'an encrypted attribute is set', prepare: setOne },
  { name: 'attributes are set and found', prepare: setSeveral },
  { name: 'an attribute is removed', prepare: removing(false) },
  { name: 'attributes are removed', prepare: removing(true), likeAnother: true },
  { name: 'a shopper sets an attribute', prepare: ownAttributes },
];
