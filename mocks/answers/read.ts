/** Answers as they come in, from a program or as JSON: each held against its row before it is kept. */
import * as z from 'zod';
import type { FieldError } from '../../src/shared/result.ts';
import { errorsOf, successOf, type Entry } from '../../src/http/operation.ts';
import { MAX_DELAY_MS, MAX_SEED } from '../bounds.ts';
import type { AnyAnswer } from './types.ts';

/** Several answers of one operation, or a function that gives one. */
export type Kept = readonly AnyAnswer[] | ((input: object) => unknown);

const MAX_LISTED = 100;
const MAX_TIMES = 1_000_000;

/** Every error that the operation can answer, and the one that any can. */
export const codesOf = ({ row }: Entry) => [...errorsOf(row), 'internal_error' as const];

const KINDS = ['error', 'body', 'example', 'dynamic'] as const;

function schemaOf(entry: Entry) {
  const common = {
    times: z.int().min(1).max(MAX_TIMES).optional(),
    delayMs: z.int().min(0).max(MAX_DELAY_MS).optional(),
  };
  return z
    .strictObject({
      error: z.enum(codesOf(entry)).optional(),
      // Strict, so that a mistyped key is told instead of cut.
      body: z.strictObject(successOf(entry.row).schema.shape).optional(),
      example: z.literal(true).optional(),
      dynamic: z.literal(true).optional(),
      seed: z.int().min(0).max(MAX_SEED).optional(),
      ...common,
    })
    .refine((one) => KINDS.filter((kind) => one[kind] !== undefined).length === 1, {
      message: `has exactly one of ${KINDS.join(', ')}`,
    });
}

export type Read<T> = { value: T } | { errors: FieldError[] };

/** One answer, or what is wrong with it, each mistake by its place behind `at`. */
export function readAnswer(entry: Entry, given: unknown, at: string): Read<AnyAnswer> {
  const parsed = schemaOf(entry).safeParse(given);
  // The schema has looked; what is kept is what was given, with the keys that a row's schema would rename or default.
  if (parsed.success) return { value: given as AnyAnswer };
  const errors = parsed.error.issues.map(({ path, message }) => ({
    path: [at, ...path].map(String).join('.'),
    message,
  }));
  return { errors };
}

/** `{ client: { operationId: answer } }` → operation → answers. */
export function readAnswers(
  entries: readonly Entry[],
  given: unknown,
  at = 'answers',
): Read<Map<string, Kept>> {
  const isGroup = z.record(z.string(), z.record(z.string(), z.unknown()));
  const groups = isGroup.safeParse(given);
  if (!groups.success) {
    return { errors: [{ path: at, message: 'has the form {"application": {"loginWithOTP": …}}' }] };
  }
  const value = new Map<string, Kept>();
  const errors: FieldError[] = [];
  for (const [client, group] of Object.entries(groups.data)) {
    for (const [operationId, answering] of Object.entries(group)) {
      const path = `${at}.${client}.${operationId}`;
      const entry = entries.find((one) => one.client === client && one.operationId === operationId);
      if (!entry) errors.push({ path, message: 'is no operation of the mock' });
      else if (typeof answering === 'function') value.set(entry.id, answering as Kept);
      else {
        const list = Array.isArray(answering) ? (answering as unknown[]) : [answering];
        const many = Array.isArray(answering);
        if (list.length > MAX_LISTED)
          errors.push({ path, message: `has at most ${MAX_LISTED} answers` });
        const read = list
          .slice(0, MAX_LISTED)
          .map((one, index) => readAnswer(entry, one, many ? `${path}.${index}` : path));
        errors.push(...read.flatMap((one) => ('errors' in one ? one.errors : [])));
        value.set(
          entry.id,
          read.flatMap((one) => ('value' in one ? [one.value] : [])),
        );
      }
    }
  }
  return errors.length > 0 ? { errors } : { value };
}
