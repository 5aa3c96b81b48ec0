/** User attributes, of a shopper who was made for the check: defined, set from both sides, found, and removed again. */
import { textOf, type Body, type Journey } from './journey.ts';
import type { Person } from './shopper.ts';
import type { Target } from './target.ts';

/** @param later whether the run asks for an operation that came after the others */
export async function attributes(
  journey: Journey,
  { shopper, operator }: { shopper: Target; operator: Target },
  { id: user_id, email }: Pick<Person, 'id' | 'email'>,
  later: (id: string) => boolean,
): Promise<void> {
  const step = async (name: string, parts: object = {}): Promise<Body> =>
    journey.step(operator, `platform.${name}`, parts);
  // Of this run alone, as the address is.
  const slug = email.slice(0, email.indexOf('@')).replaceAll(/[^a-zA-Z0-9_-]/g, '-');
  const made = await step('createUserAttributeDefinition', {
    body: { name: 'Contract check', slug, type: 'text', customer_editable: true },
  });
  const attribute_def_id = textOf(made, '_id');
  const state = { isGone: false };
  journey.cleanup.add(`attribute ${attribute_def_id}`, async () =>
    state.isGone
      ? 'deleted'
      : journey.quietly(
          operator,
          'platform.deleteUserAttributeDefinitionById',
          { params: { attribute_def_id } },
          'deleted',
        ),
  );
  const definition = { params: { attribute_def_id } };
  await step('getUserAttributeDefinitions', { query: { slug } });
  await step('getUserAttributeDefinitionById', definition);
  await step('updateUserAttributeDefinition', {
    ...definition,
    body: { description: 'Made by the contract check' },
  });
  if (later('application.getAttributesDefinition')) {
    await journey.step(shopper, 'application.getAttributesDefinition', { query: { slug } });
  }

  const own = { attributes: { [slug]: 'silver' } };
  await journey.step(shopper, 'application.updateUserAttributes', { body: own });
  await journey.step(shopper, 'application.getUserAttributes', { query: { slug } });

  const value = { params: { attribute_def_id, user_id } };
  const person = { params: { user_id } };
  const set = await step('updateUserAttribute', {
    ...value,
    body: { attribute: { value: 'gold' } },
  });
  await step('getUserAttribute', value);
  await step('getUserAttributeById', { params: { attribute_id: textOf(set, '_id') } });
  await step('getUserAttributesForUser', { ...person, query: { page_no: 1, page_size: 10 } });
  const conditions = [{ definition_id: attribute_def_id, type: 'eq', value: 'gold' }];
  const query = { type: 'and', limit: 10, page: 1, conditions };
  await step('filterUsersByAttributes', { body: { query } });
  await step('deleteUserAttribute', value);

  const several = [{ definition_id: attribute_def_id, value: 'bronze' }];
  await step('updateUserAttributes', { ...person, body: { attributes: several } });
  await step('deleteUserAttributesInBulk', {
    ...person,
    body: { definition_ids: [attribute_def_id] },
  });
  await step('deleteUserAttributeDefinitionById', definition);
  state.isGone = true;
}
