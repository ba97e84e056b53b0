/** @file Where in a model a layer sits: the builder it adds nodes to, the prefix of its weights' names, and how it is to be built. */
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Value } from '../graph/graph.ts';
import type { Shape } from '../tensor/shape.ts';

/** What an adapter needs to know of the layer it changes. */
export type AdaptableLayer =
  | { readonly kind: 'linear'; readonly inFeatures: number; readonly outFeatures: number }
  | {
      readonly kind: 'conv';
      readonly inChannels: number;
      readonly outChannels: number;
      readonly kernel: readonly [number, number];
      readonly stride: readonly [number, number];
    };

/** A low-rank branch beside a layer: the layer's output grows by scale * up(down(x)). */
export interface Adapter {
  /** [rank, in] beside a linear layer, [rank, in, kh, kw] beside a convolution. */
  readonly down: Value;
  /** [out, rank] beside a linear layer, [out, rank, 1, 1] beside a convolution. */
  readonly up: Value;
  readonly scale: number;
}

/** Says which layers have an adapter; asked once for each layer, with its dotted path such as `unet.conv_in`. */
export type AdapterLookup = (modulePath: string, layer: AdaptableLayer) => Adapter | undefined;

export interface LayerOptions {
  /** `fused` is one kernel and has no gradient; `decomposed` is plain matrix products and can be differentiated. */
  readonly attention: 'fused' | 'decomposed';
  /** Largest matrix of attention scores in bytes; decomposed attention works through heads and rows in parts to stay below. */
  readonly attentionBytes?: number;
  readonly adapters?: AdapterLookup;
}

/** The dotted path of a module and what it takes to build there. */
export class ModuleContext {
  readonly builder: GraphBuilder;
  /** Dotted path from the component on, such as `unet.down_blocks.0.resnets.1`. */
  readonly path: string;
  readonly options: LayerOptions;
  readonly #name: string;

  constructor(builder: GraphBuilder, path: string, options: LayerOptions, name: string = path) {
    this.builder = builder;
    this.path = path;
    this.options = options;
    this.#name = name;
  }

  /** The context of a part; `name` may have dots of its own. */
  child(name: string): ModuleContext {
    return new ModuleContext(this.builder, `${this.path}.${name}`, this.options, name);
  }

  /** The float32 weight `<path>.<name>`. */
  weight(name: string, shape: Shape): Value {
    return this.builder.parameter(`${this.path}.${name}`, 'float32', shape);
  }

  /** The adapter of the layer at this path, if it has one. */
  adapter(layer: AdaptableLayer): Adapter | undefined {
    return this.options.adapters?.(this.path, layer);
  }

  /** Names all values made in `body` after this module. */
  scoped<T>(body: () => T): T {
    return this.builder.scope(this.#name, body);
  }
}
