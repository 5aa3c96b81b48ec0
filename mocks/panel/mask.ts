/** Credentials in what the panel shows of bodies and targets: the field stays, its value does not. */

const SECRET = String.raw`(?:\w*password|password_hash|otp|\w*_?token|resendToken|captcha_code|client_secret)`;
/** Also the code of a link or a reset; of an answer it is the code of an error. */
const SECRET_OR_CODE = `(?:${SECRET}|code)`;
const MASK = '…';

/** A text, closed or cut off, or a number, behind a name in quotes; the body may end anywhere. */
const inJson = (names: string): RegExp =>
  new RegExp(String.raw`("${names}"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*)`, 'gis');
const inForm = (names: string): RegExp => new RegExp(String.raw`(^|[?&])(${names}=)[^&#\s]*`, 'gi');

const [ASKED, ANSWERED, FORM] = [inJson(SECRET_OR_CODE), inJson(SECRET), inForm(SECRET_OR_CODE)];

const masked = (text: string, pattern: RegExp): string => text.replaceAll(pattern, `$1"${MASK}"`);

/** The query of a target, or a form. */
export const maskForm = (text: string): string =>
  text.replaceAll(FORM, (_, before: string, name: string) => `${before}${name}${MASK}`);

/** A body as it was sent: JSON, or a form, or anything else. */
export const maskRequest = (body: string): string =>
  body.trimStart().startsWith('{') ? masked(body, ASKED) : maskForm(body);

export const maskAnswer = (body: string): string => masked(body, ANSWERED);
