/** Which language a request asks for its messages in. */
import type { Application, Language } from '../ports/index.ts';

/** What browsers send is shorter. */
const MAX_CHARACTERS = 500;

/** `fr-CH, ar;q=0.8` → `fr`, `ar`: the most wanted first; what is not wanted (`q=0`) is left out. */
function wanted(acceptLanguage: string): string[] {
  return acceptLanguage
    .slice(0, MAX_CHARACTERS)
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((one) => one.startsWith('q='))?.slice(2);
      return { code: tag.split('-')[0] ?? '', weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ code }) => code);
}

/**
 * The first language of the header that the application offers.
 * @returns undefined when it offers no choice or none of those: then the application's own counts
 */
export function askedLanguage(
  { language, messageLanguages }: Pick<Application, 'language' | 'messageLanguages'>,
  acceptLanguage: string | undefined,
): Language | undefined {
  if (messageLanguages.length === 0 || acceptLanguage === undefined) return undefined;
  const offered = [language, ...messageLanguages];
  const found = wanted(acceptLanguage)
    .map((code) => offered.find((one) => one === code))
    .find((one) => one !== undefined);
  return found === language ? undefined : found;
}
