/** The limits as they are without the variable `LIMITS`. */
import type { Limits } from '../ports/index.ts';

export const DEFAULT_LIMITS: Limits = {
  otpTriesPerCode: 5,
  otpWrongPerIdentifierHour: 10,
  sendGapSeconds: 30,
  sendsPerHour: 5,
  sendsPerDay: 10,
  sendsPerIdentifierDay: 15,
  sendsPerIpHour: 60,
  linksPerUserHour: 10,
  messagesPerUserDay: 20,
  messagesPerRegistration: 10,
  messagesPerRegistrationIdentifier: 5,
  identifiersPerRegistrationKind: 3,
  loginFailuresPerAccountQuarter: 10,
  loginFailuresPerIpQuarter: 50,
  tokenFailuresPerQuarter: 20,
  tokenFailuresPerIpQuarter: 50,
  existsPerIpHour: 20,
  existsPerApplicationHour: 1_000,
  smsPerDay: 10_000,
  smsAlertPercent: 80,
  smsBrakeSends: 50,
  smsBrakePercent: 30,
  smsBrakeMinutes: 60,
};
