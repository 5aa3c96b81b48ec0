/** The limits and their defaults; the variable `LIMITS` may change each. */
import * as z from 'zod';
import type { Limits } from '../ports.ts';

const positive = z.number().int().positive();
export const LimitsSchema = z.strictObject({
  otpTriesPerCode: positive.default(5),
  otpWrongPerIdentifierHour: positive.default(10),
  sendGapSeconds: positive.default(30),
  sendsPerHour: positive.default(5),
  sendsPerDay: positive.default(10),
  sendsPerIdentifierDay: positive.default(15),
  sendsPerIpHour: positive.default(60),
  linksPerUserHour: positive.default(10),
  messagesPerUserDay: positive.default(20),
  messagesPerRegistration: positive.default(10),
  messagesPerRegistrationIdentifier: positive.default(5),
  identifiersPerRegistrationKind: positive.default(3),
  loginFailuresPerAccountQuarter: positive.default(10),
  loginFailuresPerIpQuarter: positive.default(50),
  tokenFailuresPerQuarter: positive.default(20),
  tokenFailuresPerIpQuarter: positive.default(50),
  smsPerDay: positive.default(10_000),
  smsAlertPercent: positive.max(100).default(80),
  smsBrakeSends: positive.default(50),
  smsBrakePercent: positive.max(100).default(30),
  smsBrakeMinutes: positive.default(60),
}) satisfies z.ZodType<Limits>;

export const DEFAULT_LIMITS: Limits = LimitsSchema.parse({});
