/** The answer of getSessionToken, and an example that can be verified. */
import * as z from 'zod';

export const SessionTokenSuccess = z
  .object({
    session_token: z.string().meta({
      description: 'EdDSA JWT with `typ` `vestibule-session+jwt`; its keys are in the JWKS',
    }),
    expires_in: z.number().meta({ description: 'Seconds' }),
  })
  .meta({ id: 'SessionTokenSuccess' });

/** Public half of the key that signed the token below; the private half was thrown away. No deployment publishes it. */
export const EXAMPLE_KEY = {
  kty: 'OKP',
  crv: 'Ed25519',
  kid: 'example',
  x: 'mXTRIa8FLcvw-0GNON3lLOBeg2_x60I6RGC0s5yHPzo',
  alg: 'EdDSA',
  use: 'sig',
};

/** Of the shopper of the documented examples. It lives until 2100, so that a service can be built against the mock. */
export const EXAMPLE_SESSION_TOKEN =
  'eyJhbGciOiJFZERTQSIsImtpZCI6ImV4YW1wbGUiLCJ0eXAiOiJ2ZXN0aWJ1bGUtc2Vzc2lvbitqd3QifQ.eyJhcHBsaWNhdGlvbl9pZCI6IjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMSIsInNpZCI6IjY2ZjFhM2M0OWMxZTRmNmEwYjJkNGM4ZTljMWU0ZjZhIiwiZW1haWxzIjpbImFrYXNobWFuZUBnb2Z5bmQuY29tIiwiYWthc2htYW5lQGZ5bmQuY29tIiwiYWthc2htYW5lQHVuaWtldC5zdG9yZSJdLCJwaG9uZV9udW1iZXJzIjpbIis5MTg2NTI1MjM5NTgiXSwiaXNzIjoidmVzdGlidWxlIiwiYXVkIjoidmVzdGlidWxlLXNlc3Npb24iLCJzdWIiOiI1ZTY4YWY0OWNmYTA5YmY3MjMzMDIyZjEiLCJpYXQiOjE3OTU3Mzc2MDAsImV4cCI6NDEwMjQ0NDgwMH0.Fdw92u_KMiiuSFTgPk23XVanr97B_kYDkzk-TFtcHaUVw6jYPqphlKrIuM6y-HxJvR0boCbqF9-QhMxJNhJ9Aw';
