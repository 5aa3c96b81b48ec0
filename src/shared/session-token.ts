/** What tells a session token (D-111) from every other JWT, for those who sign it and for those who verify it. */

/** Name of the token's header `typ`: no other JWT of ours is taken for it, nor it for any other. */
export const SESSION_TOKEN_TYPE = 'vestibule-session+jwt';
export const SESSION_TOKEN_AUDIENCE = 'vestibule-session';
/** Of all our tokens. */
export const TOKEN_ISSUER = 'vestibule';
/** Fixed here and by the keys, never by a token's header. */
export const TOKEN_ALGORITHM = 'EdDSA';
/** Where the public keys are, behind the origin of a deployment. */
export const JWKS_PATH = '/.well-known/jwks.json';
