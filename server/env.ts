/** @file What the server reads from its environment, checked once at start. */
import { z } from 'zod';
import { AppError } from '#models/errors/app-error.ts';
import { readModelOrigins } from './content-security-policy.js';

const schema = z.object({
  /** 0 lets the system choose a free port, which the server prints. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(4173),
  HOST: z.string().min(1).default('127.0.0.1'),
  /** The folder with the built site. */
  SITE_FOLDER: z.string().min(1).default('build'),
  /** Mirrors that models may be loaded from, beside the hub; `none` for no origin at all. */
  MODEL_ORIGINS: z
    .string()
    .optional()
    .transform((setting, context) => {
      try {
        return readModelOrigins(setting);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    }),
});

export interface Environment {
  readonly port: number;
  readonly host: string;
  readonly siteFolder: string;
  readonly modelOrigins: readonly string[];
}

/**
 * Reads the environment.
 *
 * @throws {AppError} usage, naming each variable that is wrong
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new AppError('usage', { message: `The environment is not usable: ${problems}`, help: 'Correct or remove these variables.' });
  }
  return { port: parsed.data.PORT, host: parsed.data.HOST, siteFolder: parsed.data.SITE_FOLDER, modelOrigins: parsed.data.MODEL_ORIGINS };
}
