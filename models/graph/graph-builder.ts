/** @file The only way to make a graph. Infers dtype and shape as each node is added, so a mistake fails on the line that makes it. */
import { AppError } from '../errors/app-error.ts';
import type { DType } from '../tensor/dtype.ts';
import { shapesEqual, type Shape } from '../tensor/shape.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';
import type { Attributes, Graph, GraphOutput, Node, Value } from './graph.ts';
import { opDefinition, type AttributesOf, type OpName } from './ops/index.ts';
import { formatType } from './ops/op-definition.ts';
import { pruneGraph } from './prune-graph.ts';

/** Attributes may be left out only where an op has none. */
type AttributeArguments<Op extends OpName> = keyof AttributesOf<Op> extends never ? [] : [attributes: AttributesOf<Op>];

export class GraphBuilder {
  readonly name: string;
  readonly #inputs = new Map<string, Value>();
  readonly #parameters = new Map<string, Value>();
  readonly #constants = new Map<Value, Tensor>();
  readonly #scalars = new Map<number, Value>();
  readonly #nodes: Node[] = [];
  readonly #producers = new Map<Value, Node>();
  readonly #outputs: GraphOutput[] = [];
  #scope = '';
  #counter = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Nodes added so far, in order. The differentiator walks them backwards. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** The node that makes a value; undefined for inputs, weights and constants. */
  producerOf(value: Value): Node | undefined {
    return this.#producers.get(value);
  }

  /** The tensor behind a constant; undefined for every other value. */
  constantOf(value: Value): Tensor | undefined {
    return this.#constants.get(value);
  }

  /** A tensor that is fed at each run. */
  input(name: string, dtype: DType, shape: Shape): Value {
    if (this.#inputs.has(name)) throw new AppError('graph-invalid', { message: `input ${name} is declared twice in ${this.name}` });
    return this.#declare(this.#inputs, name, dtype, shape);
  }

  /** A weight, by its name in the weight files. Asking again for the same name gives the same value. */
  parameter(name: string, dtype: DType, shape: Shape): Value {
    const known = this.#parameters.get(name);
    if (known === undefined) return this.#declare(this.#parameters, name, dtype, shape);
    if (known.dtype !== dtype || !shapesEqual(known.shape, shape)) {
      throw new AppError('graph-invalid', { message: `weight ${name} is used as ${formatType(known)} and as ${formatType({ dtype, shape })}` });
    }
    return known;
  }

  /** A small tensor that belongs to the graph. */
  constant(tensor: Tensor): Value {
    const value: Value = { name: this.#uniqueName('constant'), dtype: tensor.dtype, shape: tensor.shape };
    this.#constants.set(value, tensor);
    return value;
  }

  /** A float32 scalar; the same number gives the same value. */
  scalar(number: number): Value {
    const known = this.#scalars.get(number) ?? this.constant(scalar(number));
    this.#scalars.set(number, known);
    return known;
  }

  /** Adds an op with one output. */
  node<Op extends OpName>(op: Op, inputs: readonly Value[], ...attributes: AttributeArguments<Op>): Value {
    return this.rawNode(op, inputs, (attributes[0] ?? {}) as Attributes)[0]!;
  }

  /** Adds an op and gives all its outputs. */
  split<Op extends OpName>(op: Op, inputs: readonly Value[], ...attributes: AttributeArguments<Op>): readonly Value[] {
    return this.rawNode(op, inputs, (attributes[0] ?? {}) as Attributes);
  }

  /** Prefixes the names of all values made inside `body`: printed graphs then read like the model. */
  scope<T>(name: string, body: () => T): T {
    const outer = this.#scope;
    this.#scope = outer === '' ? name : `${outer}.${name}`;
    try {
      return body();
    } finally {
      this.#scope = outer;
    }
  }

  /**
   * Lets a value leave the graph under `name`. A value that no node makes, or that leaves already, is copied: ONNX wants an
   * output of its own for each name.
   */
  output(name: string, value: Value): void {
    if (this.#outputs.some((output) => output.name === name)) throw new AppError('graph-invalid', { message: `output ${name} is declared twice` });
    const needsCopy = !this.#producers.has(value) || this.#outputs.some((output) => output.value === value);
    this.#outputs.push({ name, value: needsCopy ? this.node('Identity', [value]) : value });
  }

  /** The graph so far, without what does not lead to an output. The builder may go on afterwards. */
  build(): Graph {
    return pruneGraph({
      name: this.name,
      inputs: [...this.#inputs.values()],
      parameters: [...this.#parameters.values()],
      constants: new Map(this.#constants),
      nodes: [...this.#nodes],
      outputs: [...this.#outputs],
    });
  }

  /** Adds a node whose attributes are not known to the compiler, such as a copy of another node. */
  rawNode(op: OpName, inputs: readonly Value[], attributes: Attributes): readonly Value[] {
    const definition = opDefinition(op);
    const [fewest, most] = definition.arity;
    if (inputs.length < fewest || inputs.length > most) {
      throw new AppError('graph-invalid', { message: `${op} takes ${fewest} to ${most} inputs, ${inputs.length} given` });
    }
    const outputs = definition.infer(inputs, attributes).map(({ dtype, shape }) => ({ name: this.#uniqueName(op), dtype, shape }));
    const node: Node = { op, inputs, outputs, attributes };
    this.#nodes.push(node);
    for (const output of outputs) this.#producers.set(output, node);
    return outputs;
  }

  #declare(declared: Map<string, Value>, name: string, dtype: DType, shape: Shape): Value {
    const value: Value = { name, dtype, shape };
    declared.set(name, value);
    return value;
  }

  #uniqueName(stem: string): string {
    const prefix = this.#scope === '' ? '' : `${this.#scope}/`;
    return `${prefix}${stem}_${this.#counter++}`;
  }
}
