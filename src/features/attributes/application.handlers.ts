import {
  readAttributes,
  setAttributes,
  type GivenAttribute,
  type UserAttribute,
} from '../../domain/attributes/attributes.ts';
import { invalidField } from '../../shared/result.ts';
import type { Handlers } from '../../http/handler.ts';
import type { attributesApplication } from './application.contract.ts';

/** What shoppers see: the values of attributes that they may edit, by slug. */
const bySlug = (attributes: readonly UserAttribute[], slug?: string) =>
  Object.fromEntries(
    attributes
      .filter(({ definition }) => definition.customerEditable)
      .filter(({ definition }) => slug === undefined || definition.slug === slug)
      .map(({ definition, content }) => [definition.slug, content]),
  );

export const attributesApplicationHandlers = {
  async getUserAttributes({ input, signedIn, ports, reply }) {
    const all = await readAttributes(ports, [signedIn.user.id]);
    return reply({ attributes: bySlug(all, input.query.slug) });
  },

  async updateUserAttributes({ input, application, signedIn, caller, ports, reply }) {
    const definitions = await ports.attributes.definitions();
    const given: GivenAttribute[] = [];
    for (const [slug, value] of Object.entries(input.body.attributes)) {
      const field = `body.attributes.${slug}`;
      const definition = definitions.find((one) => one.slug === slug);
      if (!definition?.customerEditable) return invalidField(field, 'is no attribute to be edited');
      given.push({ definition, given: value, field, customerOverridden: true });
    }
    const userId = signedIn.user.id;
    const { requestId } = caller;
    const by = { actor: 'shopper', requestId, action: 'profile.attributes_changed' as const };
    const set = await setAttributes(ports, application, userId, given, by);
    if (!set.ok) {
      // A definition was deleted between the two reads.
      const isGone = set.code === 'not_found';
      return isGone ? invalidField('body.attributes', 'names an attribute that is gone') : set;
    }
    return reply({ attributes: bySlug(await readAttributes(ports, [userId])) });
  },
} satisfies Handlers<typeof attributesApplication>;
