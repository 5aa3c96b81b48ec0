/** How attributes of a shopper are refused. */
import { member, on } from './scenario.ts';

export const updateUserAttributes = {
  validation_failed: on(async (shop) => {
    const { browser } = await member(shop);
    return browser.application.updateUserAttributes({ body: { attributes: { unknown: 'x' } } });
  }),
};
