/** @file How strongly a peft adapter's product counts, from its configuration: alpha / rank, by layer. */
import type { LoraContents } from './lora-contents.ts';
import { damaged } from './lora-contents.ts';

/** One component's `LoraConfig`, as far as it matters here. */
interface AdapterConfig {
  readonly alpha: number;
  readonly alphaOf: readonly (readonly [pattern: RegExp, alpha: number])[];
  /** alpha / sqrt(rank) instead. */
  readonly isRankStabilized: boolean;
}

/**
 * The scale of a layer's product where the file has no alpha of its own.
 *
 * diffusers puts the configuration into the metadata, `unet.lora_alpha` and so on; peft writes `adapter_config.json` beside the file.
 * Without either alpha equals the rank, which is what diffusers assumes.
 *
 * @returns (path such as `unet.mid_block.attentions.0.proj_in`, rank) -> scale
 * @throws {AppError} `lora-damaged` if the configuration cannot be read
 */
export function adapterScale({ metadata, adapterConfig }: Pick<LoraContents, 'metadata' | 'adapterConfig'>): (path: string, rank: number) => number {
  const text = metadata['lora_adapter_metadata'];
  const whole = text === undefined ? null : parseObject(text);
  const configs = new Map(
    ['unet', 'text_encoder'].map((component) => {
      const prefix = `${component}.`;
      const own =
        whole === null
          ? adapterConfig
          : Object.fromEntries(
              Object.entries(whole)
                .filter(([key]) => key.startsWith(prefix))
                .map(([key, value]) => [key.slice(prefix.length), value]),
            );
      return [component, own === null ? null : readConfig(own)];
    }),
  );
  return (path, rank) => {
    const [component, ...rest] = path.split('.') as [string, ...string[]];
    const config = configs.get(component) ?? null;
    if (config === null) return 1;
    const alpha = config.alphaOf.find(([pattern]) => pattern.test(rest.join('.')))?.[1] ?? config.alpha;
    return alpha / (config.isRankStabilized ? Math.sqrt(rank) : rank);
  };
}

function readConfig(config: Readonly<Record<string, unknown>>): AdapterConfig | null {
  const { lora_alpha: alpha, alpha_pattern: patterns = {}, use_rslora: isRankStabilized = false } = config;
  if (alpha === undefined) return null;
  const alphas = typeof patterns === 'object' && patterns !== null ? Object.entries(patterns) : [];
  if (typeof alpha !== 'number' || !alphas.every(([, value]) => typeof value === 'number'))
    throw damaged('the adapter configuration gives an alpha that is not a number');
  // peft: re.match(rf"(.*\.)?({key})$", layer)
  const alphaOf = alphas.map(([pattern, value]) => [expression(pattern), value as number] as const);
  return { alpha, alphaOf, isRankStabilized: isRankStabilized === true };
}

function expression(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:.*\\.)?(?:${pattern})$`);
  } catch (cause) {
    throw damaged(`the adapter configuration names layers by ${JSON.stringify(pattern)}, which is no pattern`, cause);
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch (cause) {
    throw damaged('lora_adapter_metadata is not JSON', cause);
  }
  throw damaged('lora_adapter_metadata is not a JSON object');
}
